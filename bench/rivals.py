"""Engines beside TabularARGN on Adult: accuracy, nearness to the training rows, and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from imcp_jupyter.data.samples import load_sample

from .accuracy import accuracy, ceiling
from .engines import native, sdv_copula
from .judge import Judge
from .measure import table, timed

GOAL = 0.984
ROWS, MORE, SEED, MINUTES = 16_281, 4, 7, 45
ROOT = Path(__file__).parent.parent
PEER = ROOT / "build" / "peers" / "qa"
PACKAGE = "mostlyai-qa==1.10.11"
ARGN, CART = "TabularARGN, defaults", "`cart`"


@dataclass(frozen=True)
class Made:
    """`more`: `MORE` times as many rows as were learned from; the first of them are judged. Times include drawing all of them."""

    more: pd.DataFrame
    wall: float
    cpu: float


def section(rows: int = ROWS, minutes: float = MINUTES, packages: bool = True) -> str:
    """`rows`: of training and of holdout; `minutes` of wall time cut TabularARGN's training; `packages`: ask mostlyai-qa, too."""
    train = load_sample("adult").sample(rows, random_state=SEED).reset_index(drop=True)
    holdout = load_sample("adult-holdout").head(rows)
    judge = Judge(train, holdout, "income", rows)
    with tempfile.TemporaryDirectory() as folder:
        train.to_parquet(Path(folder) / "train.parquet")
        holdout.to_parquet(Path(folder) / "holdout.parquet")
        made = _make(train, Path(folder), minutes, judge)
        argn = next(name for name in made if name.startswith(ARGN))
        judged = {CART: made[CART].more, argn: made[argn].more}
        asked = _ask_package({name: frame.head(rows) for name, frame in judged.items()}, Path(folder)) if packages else {}
    original = pd.concat([train, holdout], ignore_index=True)
    lines = [
        ["fresh real rows, expected", "–", "–", "–", f"{ceiling(original, rows).overall:.4f}",
         f"{ceiling(original, MORE * rows).overall:.4f}", "–", "–", "–"],
        ["the holdout itself", "–", "–", "–", f"{accuracy(holdout, original).overall:.4f}", "–", "–",
         f"{judge.ceiling().c2st:.3f}", "–"],
    ]  # fmt: skip
    for name, item in made.items():
        near = item.more.head(rows)
        with threadpool_limits(1):
            nearer, told = judge.dcr_share(near), judge.c2st(near, holdout)
        lines.append([name, f"{item.wall:.1f} s", f"{item.cpu:.1f} s", f"1 / {made[argn].cpu / item.cpu:,.0f}",
                      f"{accuracy(near, original).overall:.4f}", f"{accuracy(item.more, original).overall:.4f}", f"{nearer:.3f}",
                      f"{told:.3f}", _package_cell(asked.get(name))])  # fmt: skip
    return f"## Accuracy beside TabularARGN (Adult)\n\n{_note(rows, ceiling(original, rows).overall)}\n\n{table(_head(rows), lines)}"


def _make(train: pd.DataFrame, folder: Path, minutes: float, judge: Judge) -> dict[str, Made]:
    rows = MORE * len(train)
    own: dict[str, Callable[[], pd.DataFrame]] = {
        CART: lambda: native("cart", train, rows, SEED),
        "`copula`": lambda: native("copula", train, rows, SEED),
        "SDV GaussianCopula, defaults": lambda: sdv_copula(train, rows, judge.metadata()),
    }
    made = {}
    for name, make in own.items():
        done = timed(make)
        made[name] = Made(done.value, done.wall, done.cpu)
    target = folder / "argn.parquet"
    command = [sys.executable, "-m", "bench.argn_peer", str(folder / "train.parquet"), str(target), str(rows), str(SEED), str(minutes)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})
    used = json.loads(ran.stdout.splitlines()[-1])
    name = f"{ARGN}, {'cut at' if used['fit'] >= 60 * minutes else 'stopped itself after'} {used['epochs']:.0f} epochs"
    return made | {name: Made(pd.read_parquet(target), used["wall"], used["cpu"])}


def _ask_package(frames: dict[str, pd.DataFrame], folder: Path) -> dict[str, Any]:
    """What mostlyai-qa itself says of `frames`, in an environment of its own."""
    if not (PEER / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
        subprocess.run([str(PEER / "bin" / "pip"), "install", "--quiet", PACKAGE, "torch==2.13.0"], check=True)
    for place, frame in enumerate(frames.values()):
        frame.to_parquet(folder / f"{place}.parquet")
    command = [str(PEER / "bin" / "python"), str(Path(__file__).with_name("qa_peer.py")), str(folder), *map(str, range(len(frames)))]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(ran.stdout.splitlines()[-1])
    return {name: found[str(place)] for place, name in enumerate(frames)}


def _package_cell(found: dict[str, Any] | None) -> str:
    if found is None:
        return "not asked"
    figures = (found["accuracy"]["overall"], found["distances"]["dcr_share"], found["similarity"]["discriminator_auc_training_synthetic"])
    return f"{figures[0]:.4f} / {figures[1]:.3f} / {figures[2]:.3f}"


def _head(rows: int) -> list[str]:
    return ["", "fit + draw", "CPU", "CPU beside TabularARGN", f"accuracy, {rows:,} rows", f"accuracy, {MORE * rows:,} rows", "DCR share",
            "C2ST AUC", f"{PACKAGE.replace('==', ' ')}: accuracy / DCR share / AUC"]  # fmt: skip


def _note(rows: int, best: float) -> str:
    return (
        f"Learned from {rows:,} rows of Adult, {MORE * rows:,} rows drawn (in the time), the first {rows:,} of them judged; {rows:,} other "
        f"rows held out; seed {SEED}. Accuracy: mean of the accuracies of single columns, pairs and triples in ten bins, against training "
        "and holdout rows together, by our own implementation of mostlyai-qa's definition. It falls with sampling noise, so it depends on "
        "how many rows are compared: the first row says what perfect rows reach. The holdout is half of what it is compared with. DCR "
        "share and C2ST as in the table of tabular engines; the package embeds the rows its own way, takes the worst of seven sets of "
        "columns, and tells the training rows from the made ones. TabularARGN: mostlyai-engine "
        f"{version('mostlyai-engine')} with its own encodings, defaults and early stopping, on one thread, "
        "imports not counted. One run.\n\n"
        f"Goals for `cart`: accuracy ≥ {GOAL}, DCR share ≤ .53, C2ST AUC ≤ .55, at most a tenth of TabularARGN's time. {GOAL} is what the "
        f"package's own table says of MOSTLY on another split; here fresh real rows are expected to reach {best:.4f}."
    )
