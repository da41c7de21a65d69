"""The privacy checks beside their peers: nearest rows beside SDMetrics and brute force, attacks beside Anonymeter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.distance import Embedding, nearest
from imcp_jupyter.gatf.privacy import attacks
from imcp_jupyter.gatf.privacy.attacks import AttributeInference, Linkability, SinglingOutByCombination, SinglingOutByValue
from imcp_jupyter.gatf.privacy.neighbours import point_fields
from imcp_jupyter.gatf.privacy.queries import MOST_TRIES
from imcp_jupyter.synth.tabular.registry import find_engine

from .measure import Timed, table, timed
from .tables import census

PEER = Path(__file__).parent.parent / "build" / "peers" / "anonymeter"
PEER_PROGRAM = Path(__file__).with_name("attacks_peer.py")
SEED = 7
PEER_ROWS = 20  # of the synthetic table, for SDMetrics: its time grows with each
BRUTE_ROWS = 500
LARGE = 100_000
ATTACKED = 8_000  # rows of each table for Anonymeter
LARGE_PROBE = """
import resource
from bench.gatf_privacy import large
print(large(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def section() -> str:
    return "\n\n".join(["## GATF: privacy", _distances(), _attacks()])


def large() -> float:
    """CPU seconds of the two nearest of `LARGE` rows among as many others."""
    real, synthetic = (Table.of(census(LARGE, seed)) for seed in (0, 1))
    comparison = Comparison(synthetic, real)
    embedding = Embedding(point_fields(comparison), comparison.real)
    queries, points = embedding.points(comparison.synthetic), embedding.points(comparison.real)
    return timed(lambda: nearest(queries, points, 2)).cpu


def _distances() -> str:
    train, holdout = load_sample("adult"), load_sample("adult-holdout")
    synthetic = holdout.head(10_000)
    comparison = Comparison(Table.of(synthetic), Table.of(train))

    def ours() -> np.ndarray:
        embedding = Embedding(point_fields(comparison), comparison.real)
        return nearest(embedding.points(comparison.synthetic), embedding.points(comparison.real), 2)[0]

    mine = timed(ours)
    embedding = Embedding(point_fields(comparison), comparison.real)
    points = embedding.points(comparison.real).astype(np.float64)
    first = embedding.points(comparison.synthetic)[:BRUTE_ROWS].astype(np.float64)
    brute = np.stack([np.sort(np.sqrt(((points - row) ** 2).sum(axis=1)))[:2] for row in first])
    gap = float(np.abs(brute - mine.value[:BRUTE_ROWS]).max())
    theirs = _sdmetrics(train, synthetic.head(PEER_ROWS), holdout.tail(5_000)).cpu / PEER_ROWS
    run = subprocess.run([sys.executable, "-c", LARGE_PROBE], check=True, capture_output=True, text=True)
    seconds, peak = run.stdout.split()
    rows = [
        ["10,000 × 32,561 rows of Adult, the nearest two", f"{mine.cpu:.2f} s", f"{mine.cpu / 10:.3f} ms"],
        [f"SDMetrics DCROverfittingProtection on {PEER_ROWS} rows", f"{theirs * PEER_ROWS:.1f} s", f"{theirs * 1e3:,.0f} ms"],
        ["ratio per row (goal 500 ×)", "", f"**{theirs / (mine.cpu / 10_000):,.0f} ×**"],
        [f"{LARGE:,} × {LARGE:,} rows of the mixed table (goal 3 min, 4 GB)", f"{float(seconds):.0f} s, {int(peak):,} MB", ""],
    ]  # fmt: skip
    note = (
        f"Every distance of DCR and NNDR is exact: the largest gap to brute force in float64, over {BRUTE_ROWS} rows, is {gap:.1e}. "
        "SDMetrics compares with training and holdout rows; its time is shared out over both searches and its rows, so the ratio is the "
        "whole of its time per row against one search of ours for two neighbours."
    )
    return f"### Nearest rows\n\n{note}\n\n{table(['', 'CPU', 'per row'], rows)}"


def _sdmetrics(train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame) -> Timed[Any]:
    from sdmetrics.single_table import DCROverfittingProtection

    kinds = {name: {"sdtype": "numerical" if pd.api.types.is_numeric_dtype(train[name]) else "categorical"} for name in train}
    return timed(
        lambda: DCROverfittingProtection.compute_breakdown(
            real_training_data=train, synthetic_data=synthetic, real_validation_data=holdout, metadata={"columns": kinds}
        )
    )


def _attacks() -> str:
    train, holdout = load_sample("adult"), load_sample("adult-holdout")
    copied = pd.concat([holdout.tail(ATTACKED * 7 // 10), train.head(ATTACKED * 3 // 10)])
    judged = {
        "`cart`": find_engine("cart").fit(Table.of(train.head(ATTACKED))).sample(ATTACKED, SEED),
        "unseen rows, 30 % of them training rows": copied,
    }
    rows = []
    for name, synthetic in judged.items():
        tables = {"real": train.head(ATTACKED), "synthetic": synthetic[list(train)], "holdout": holdout.head(ATTACKED)}
        rows += [[name, *line] for line in _beside(tables)]
    head = ["judged", "attack", "ours: training / control", "risk", "Anonymeter: training / control", "risk", "ours", "Anonymeter", "ratio"]
    note = (
        f"{ATTACKED:,} rows of Adult in each of the three tables, {attacks.ATTACKS:,} attacks, one thread; the conditions on three columns "
        f"from {MOST_TRIES:,} tries on either side, and rates over the conditions that were found. The same halves to link and the same "
        "secrets. Attacks are drawn at random, so rates agree within their intervals (95 %, Wilson, beside the risk), not to the digit. "
        "Anonymeter 1.1 in an environment of its own, after a warm-up; CPU seconds."
    )
    return f"### Attacks (method of Anonymeter)\n\n{note}\n\n{table(head, rows)}"


def _beside(tables: dict[str, pd.DataFrame]) -> Iterator[list[str]]:
    kinds = (SinglingOutByValue, SinglingOutByCombination, Linkability, AttributeInference)
    real = Table.of(tables["real"])
    comparison = Comparison(Table.of(tables["synthetic"], real.schema), real, Table.of(tables["holdout"], real.schema))
    mine = {}
    for kind in kinds:
        ran = timed(lambda kind=kind: kind().attack(comparison))
        made = ran.value
        if not isinstance(made, attacks.Guesses):
            raise RuntimeError(made.reason)
        mine[kind.id] = {"attacks": made.attacks, "training": made.training, "control": made.control, "cpu": ran.cpu}
        if kind is Linkability:
            halves = made.evidence["columns"]
        if kind is AttributeInference:
            secrets = list(made.evidence["by_secret"])
    theirs = _peer(tables, {"attacks": attacks.ATTACKS, "tries": MOST_TRIES, "halves": halves, "secrets": secrets})
    for kind in kinds:
        one, other = mine[kind.id], theirs[kind.id]
        yield [
            f"`{kind.id}`", _rates(one), _risk(one), _rates(other), _risk(other), f"{one['cpu']:.2f} s", f"{other['cpu']:.1f} s",
            f"{other['cpu'] / one['cpu']:.0f} ×",
        ]  # fmt: skip


def _rates(told: dict[str, Any]) -> str:
    return f"{told['training'] / told['attacks']:.3f} / {told['control'] / told['attacks']:.3f} of {told['attacks']:,}"


def _risk(told: dict[str, Any]) -> str:
    risk, error = attacks.residual(told["training"], told["control"], told["attacks"])
    return f"{risk:.3f} ± {error:.3f}"


def _peer(tables: dict[str, pd.DataFrame], task: dict[str, Any]) -> dict[str, Any]:
    """Anonymeter in its own environment (`make_peer`): it pins an older numpy than ours."""
    make_peer()
    with tempfile.TemporaryDirectory() as folder:
        for role, frame in tables.items():
            plain = frame.astype(dict.fromkeys(frame.select_dtypes("category"), object))
            plain.reset_index(drop=True).to_parquet(f"{folder}/{role}.parquet")
        program = [str(PEER / "bin" / "python"), str(PEER_PROGRAM), folder, json.dumps(task)]
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS"), "1")
        run = subprocess.run(program, check=True, capture_output=True, text=True, env=os.environ | single)
    return json.loads(run.stdout)


def make_peer() -> None:
    if (PEER / "bin" / "python").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
    subprocess.run([str(PEER / "bin" / "pip"), "install", "--quiet", "anonymeter==1.1.0"], check=True)
