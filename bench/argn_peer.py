"""TabularARGN as its authors offer it, in a process of its own: ``python -m bench.argn_peer TRAIN.parquet MADE.parquet ROWS SEED MINUTES``.

Its own encodings, defaults and early stopping, on one thread: on shared cores a second one spins more than it computes. MINUTES caps the
training. Prints the wall and CPU seconds of fit and sample as JSON, without the time that its imports take, and the epochs.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pandas as pd

from imcp_jupyter.synth.tabular.mostly.child import skip_language_models


def main(source: str, target: str, rows: int, seed: int, minutes: float) -> None:
    skip_language_models()
    import torch
    from mostlyai.engine import TabularARGN

    torch.set_num_threads(1)
    train = pd.read_parquet(source)
    wall, cpu = time.perf_counter(), _cpu()
    argn = TabularARGN(max_training_time=minutes, random_state=seed)
    argn.fit(train)
    fitted = time.perf_counter() - wall
    made = argn.sample(rows)
    used = {"fit": fitted, "wall": time.perf_counter() - wall, "cpu": _cpu() - cpu, "epochs": _epochs(argn.workspace_path_)}
    made[train.columns].to_parquet(target)
    print(json.dumps(used))


def _epochs(folder: str) -> float:
    messages = pd.read_csv(Path(folder) / "ModelStore" / "model-data" / "progress-messages.csv")
    return float(messages["epoch"].max())


def _cpu() -> float:
    """CPU seconds of this process and of those it has started and seen end."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
