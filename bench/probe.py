"""Run one piece of work in a process of its own and measure it: CPU and wall seconds, and peak memory above what its input took.

python -m bench.probe WORK '{"rows": 1000}'     prints one JSON object
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from imcp_jupyter.data.parts import TableFiles
from imcp_jupyter.data.scan import TableScan
from imcp_jupyter.data.stream import write_blocks
from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.copula import latent_correlation
from imcp_jupyter.synth.tabular.features import Numeric
from imcp_jupyter.synth.tabular.registry import find_engine
from imcp_jupyter.synth.tabular.scores import latent_scores

from .measure import timed
from .similarity import sdmetrics_quality, similarity
from .tables import census, wide

KNOWN = ["age", "sex", "schooling", "married", "income"]
Measured = dict[str, Any]


def measured(work: str, **arguments: Any) -> Measured:
    """`work` in a fresh process."""
    command = [sys.executable, "-m", "bench.probe", work, json.dumps(arguments)]
    # One BLAS thread, as our workers have: a second one spins while it waits, and the spinning would count as work.
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, env=os.environ | alone)
    if done.returncode:
        raise RuntimeError(f"{work} {arguments}: {done.stderr.strip().splitlines()[-1]}")
    found: Measured = json.loads(done.stdout.splitlines()[-1])
    return found


def fit(engine: str, rows: int, columns: int = 16) -> Measured:
    frame = wide(rows, columns)
    _warm(engine)
    return _median(lambda: find_engine(engine).fit(Table.of(frame)))


def sample(engine: str, rows: int, columns: int = 16, fitted: int = 100_000) -> Measured:
    model = find_engine(engine).fit(Table.of(wide(fitted, columns)))
    model.sample(1_000, 1)
    return _median(lambda: model.sample(rows, 7))


def write(engine: str, rows: int) -> Measured:
    """The rows to a Parquet file, and the resident memory at every twentieth of the way."""
    like = census(100_000)
    model = find_engine(engine).fit(Table.of(like))
    model.sample(1_000, 1)
    memory: list[float] = []

    def watched() -> Any:
        for number, block in enumerate(model.sample_batches(rows, 7)):
            if number % max(rows // 65_536 // 20, 1) == 0:
                memory.append(_resident())
            yield block

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows.parquet"
        found = _watched(lambda: write_blocks(watched(), target, like))
        return found | {"memory": memory, "bytes": target.stat().st_size}


def complete(engine: str, rows: int) -> Measured:
    model = find_engine(engine).fit(Table.of(census(100_000)))
    partial = census(rows, seed=5)[KNOWN]
    return _median(lambda: model.complete(partial, 7))


def scan(rows: int, sampled: int) -> Measured:
    """Types, hash and a sample of a Parquet file of `rows` rows, read in pieces."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows.parquet"
        like = census(65_536)
        write_blocks((like for _ in range(rows // len(like))), target, like)
        read = TableScan(TableFiles.find(str(target)), sampled, 7)
        return _watched(lambda: (read.content_hash, len(read.sample))) | {"rows": read.rows}


def correlate(rows: int, columns: int) -> Measured:
    """The correlation of numeric features alone."""
    frame = pd.concat([census(rows, seed)["income"].rename(str(seed)) for seed in range(columns)], axis=1)
    features = [Numeric(frame[name].to_numpy(), whole=False, gated=False) for name in frame]
    scores, _ = latent_scores(features)
    return _median(lambda: latent_correlation(scores, features))


def sdv(rows: int, distribution: str | None, sampled: int, completed: int) -> Measured:
    """SDV's GaussianCopula on the same table: fit, sample, and completion of partial rows."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    tables = {"people": census(rows)}
    metadata = Metadata.detect_from_dataframes(tables)
    metadata.update_column(table_name="people", column_name="state", sdtype="categorical")  # detected as PII, whose statistics are lost
    GaussianCopulaSynthesizer(metadata, default_distribution="norm").fit({"people": census(200)})
    synthesizer = GaussianCopulaSynthesizer(metadata, **({"default_distribution": distribution} if distribution else {}))
    parts = {"fit": _watched(lambda: synthesizer.fit(tables))}
    if sampled:
        parts["sample"] = _watched(lambda: synthesizer.sample(sampled))
    if completed:
        partial = census(completed, seed=5)[KNOWN]
        parts["complete"] = _watched(lambda: synthesizer.sample_remaining_columns(partial))
    return parts


WORKS: dict[str, Callable[..., Measured]] = {
    "fit": fit, "sample": sample, "write": write, "complete": complete, "scan": scan, "correlate": correlate, "sdv": sdv,
    "sdmetrics_quality": sdmetrics_quality,
    "similarity": similarity,
}  # fmt: skip


def _warm(engine: str) -> None:
    """Imports and first calls are not what is measured."""
    find_engine(engine).fit(Table.of(census(500))).sample(10, 1)


def _median(work: Callable[[], Any]) -> Measured:
    """The run of median CPU time: of five where one is short, else of one."""
    runs = [_watched(work)]
    while runs[0]["cpu"] < 1.0 and len(runs) < 5:
        runs.append(_watched(work))
    return sorted(runs, key=lambda run: float(run["cpu"]))[len(runs) // 2] | {"peak": max(run["peak"] for run in runs)}


def _watched(work: Callable[[], Any]) -> Measured:
    gc.collect()
    before, peak, done = _resident(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = timed(work)
    finally:
        done.set()
        watcher.join()
    return {"wall": result.wall, "cpu": result.cpu, "peak": max(peak[0], _resident()) - before}


def _resident() -> float:
    """Resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(WORKS[sys.argv[1]](**json.loads(sys.argv[2]))))
