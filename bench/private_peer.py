"""One mechanism of dpmm on codes; runs in dpmm's own environment, started by `private.py`."""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
import pandas as pd
from dpmm.models.aim import AIMGM
from dpmm.models.mst import MSTGM


def main(folder: str, task: dict) -> None:
    warnings.simplefilter("ignore")
    codes = pd.DataFrame(np.load(f"{folder}/real.npy"), columns=list(task["sizes"]))
    kind = {"AIM": AIMGM, "MST": MSTGM}[task["name"]]
    random = np.random.RandomState(0)
    model = kind(epsilon=task["epsilon"], delta=task["delta"], domain=task["sizes"], random_state=random, n_jobs=1, **task["options"])
    model.set_random_state(random)
    model.fit(codes)
    np.save(f"{folder}/made.npy", model.generate(n_records=len(codes))[list(codes)].to_numpy(np.int64))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
