"""Differential privacy on Adult: error of pairs of columns at the same ε, δ and discretisation, beside AIM and MST of dpmm."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.engine import PrivacyRequest
from imcp_jupyter.synth.tabular.private.marginals import MarginalsEngine

from .measure import table, timed

Codes = npt.NDArray[np.int64]

DELTA, EPSILONS, SEED, BINS = 1e-9, (1.0, 4.0), 7, 32
# Public ranges, in equal bins; every other column counts level by level.
RANGES = {
    "age": (17, 91), "fnlwgt": (0, 1_500_000), "education_num": (1, 17), "capital_gain": (0, 100_000), "capital_loss": (0, 5_000),
    "hours_per_week": (1, 100),
}  # fmt: skip
PEER = Path(__file__).parent.parent / "build" / "peers" / "dpmm"
PEER_PROGRAM = Path(__file__).parent / "private_peer.py"
# With AIM's defaults (240 rounds of 1,000 iterations, 80 MB) one fit takes hours; with these it takes minutes.
PEERS: dict[str, dict[str, Any]] = {"AIM": {"rounds": 45, "max_model_size": 10, "n_iters": 200}, "MST": {"n_iters": 500}}


def section() -> str:
    frame = load_sample("adult")
    codes, sizes = discretise(frame)
    rows = []
    for epsilon in EPSILONS:
        rows.append([f"{epsilon:g}", "`marginals`", *_judged(*_ours(codes, sizes, epsilon), codes, sizes)])
        for name, options in PEERS.items():
            rows.append([f"{epsilon:g}", f"{name} (dpmm 0.1.9)", *_judged(*_peer(name, options, codes, sizes, epsilon), codes, sizes)])
        rows.append([f"{epsilon:g}", "`marginals`, whole: ranges and levels learned too", *_judged(*_whole(frame, epsilon), codes, sizes)])
    rng = np.random.default_rng(SEED)
    independent = np.column_stack([rng.permutation(column) for column in codes.T])
    rows.append(["∞", "columns drawn independently, without noise", *_judged(independent, 0.0, codes, sizes)])
    aim = PEERS["AIM"]
    note = (
        f"32,561 training rows of all 15 columns, numbers in {BINS} equal bins of a public range (education years one by one), categories "
        "level by level, missing values as a level: one discretisation, public, for every row of the table but those called whole. "
        f"δ = {DELTA:g}, the row count public, as many rows drawn. Error: total variation distance between real and drawn shares, mean "
        "over all 105 pairs of columns (and over the 15 columns). "
        f"AIM runs {aim['rounds']} rounds of {aim['n_iters']} iterations with a model of at most {aim['max_model_size']} MB; of its "
        "defaults (240, 1,000, 80 MB) its own source says that they can take many hours. "
        "Given longer, outside this run (2026-11-24, once each), AIM came to 0.0326 at ε = 1 (45 rounds, 1,000 iterations, 80 MB; "
        "474 CPU s) and to 0.0289 at ε = 4 (45 rounds, 300 iterations, 20 MB; 473 CPU s). "
        f"MST runs {PEERS['MST']['n_iters']:,} iterations. The AIM paper (McKenna, Mullins, Sheldon & Miklau 2022) plots its errors for "
        "another workload (3-way marginals) on another discretisation and prints no figure for pairs, so the peer's program in the same "
        "run stands for it."
    )
    head = ["ε", "", "error of pairs", "error of single columns", "CPU"]
    return f"## Differential privacy on Adult\n\n{note}\n\n{table(head, rows)}"


def discretise(frame: pd.DataFrame) -> tuple[Codes, dict[str, int]]:
    """(n_rows, n_columns) codes, and how many there are of each column. Levels are those of the bundled training rows."""
    sizes: dict[str, int] = {}
    columns = []
    levels = load_sample("adult")
    for name in frame:
        if name in RANGES:
            low, high = RANGES[name]
            sizes[name] = min(BINS, high - low)
            code = np.floor((frame[name].to_numpy(dtype=np.float64) - low) / (high - low) * sizes[name])
            columns.append(np.clip(code, 0, sizes[name] - 1).astype(np.int64))
        else:
            known = sorted(levels[name].fillna("?").unique())
            sizes[name] = len(known)
            columns.append(pd.Categorical(frame[name].fillna("?"), categories=known).codes.astype(np.int64))
    return np.column_stack(columns), sizes


def error(real: Codes, made: Codes, sizes: dict[str, int], width: int) -> float:
    """Mean total variation distance over all sets of `width` columns."""
    counts = list(sizes.values())

    def shares(codes: Codes, columns: tuple[int, ...]) -> npt.NDArray[np.float64]:
        flat = np.zeros(len(codes), dtype=np.int64)
        for column in columns:
            flat = flat * counts[column] + codes[:, column]
        return np.bincount(flat, minlength=int(np.prod([counts[column] for column in columns]))) / len(codes)

    sets = combinations(range(len(counts)), width)
    return float(np.mean([np.abs(shares(real, columns) - shares(made, columns)).sum() / 2 for columns in sets]))


def _judged(made: Codes, cpu: float, real: Codes, sizes: dict[str, int]) -> list[str]:
    return [f"{error(real, made, sizes, 2):.4f}", f"{error(real, made, sizes, 1):.4f}", f"{cpu:.0f} s" if cpu else "–"]


def _ours(codes: Codes, sizes: dict[str, int], epsilon: float) -> tuple[Codes, float]:
    frame = pd.DataFrame(codes, columns=list(sizes)).astype(str)
    bounds = {name: [str(code) for code in range(count)] for name, count in sizes.items()}
    engine = MarginalsEngine(PrivacyRequest(epsilon, DELTA, bounds=bounds, public_rows=True))
    kinds = dict.fromkeys(sizes, "categorical")
    made = timed(lambda: engine.fit(Table.of(frame, kinds)).sample(len(frame), SEED))
    return made.value.to_numpy().astype(np.int64), made.cpu


def _whole(frame: pd.DataFrame, epsilon: float) -> tuple[Codes, float]:
    """As the tool runs it: nothing is public but the schema."""
    engine = MarginalsEngine(PrivacyRequest(epsilon, DELTA))
    made = timed(lambda: engine.fit(Table.of(frame)).sample(len(frame), SEED))
    return discretise(made.value)[0], made.cpu


def _peer(name: str, options: dict[str, Any], codes: Codes, sizes: dict[str, int], epsilon: float) -> tuple[Codes, float]:
    """Run a mechanism of dpmm in its own environment (`make_peer`): it pins an older numpy than ours."""
    make_peer()
    task = {"name": name, "epsilon": epsilon, "delta": DELTA, "sizes": sizes, "options": options}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/real.npy", codes)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        program = [str(PEER / "bin" / "python"), str(PEER_PROGRAM), folder, json.dumps(task)]
        subprocess.run(program, check=True, env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return np.load(f"{folder}/made.npy"), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_peer() -> None:
    if (PEER / "bin" / "python").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
    subprocess.run([str(PEER / "bin" / "pip"), "install", "--quiet", "dpmm==0.1.9"], check=True)
