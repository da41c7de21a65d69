"""TabularARGN as its authors offer it, in a process of its own: ``python -m bench.argn_peer TRAIN.parquet MADE.parquet ROWS SEED MINUTES``.

Its own encodings, defaults, early stopping and all cores; MINUTES caps the training. Prints the wall and CPU seconds of fit and sample
as JSON, without the time that its imports take.
"""

from __future__ import annotations

import json
import os
import sys
import time

import pandas as pd

from imcp_jupyter.synth.tabular.mostly.child import skip_language_models


def main(source: str, target: str, rows: int, seed: int, minutes: float) -> None:
    skip_language_models()
    from mostlyai.engine import TabularARGN

    train = pd.read_parquet(source)
    wall, cpu = time.perf_counter(), _cpu()
    argn = TabularARGN(max_training_time=minutes, random_state=seed)
    argn.fit(train)
    fitted = time.perf_counter() - wall
    made = argn.sample(rows)
    used = {"fit": fitted, "wall": time.perf_counter() - wall, "cpu": _cpu() - cpu}
    made[train.columns].to_parquet(target)
    print(json.dumps(used))


def _cpu() -> float:
    """CPU seconds of this process and of those it has started and seen end."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
