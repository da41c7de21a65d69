"""GATF on known answers: what real rows, copies and shuffled columns score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.synth.tabular.registry import find_engine

from .measure import table, timed

ROWS, SEED = 16_281, 7


def section() -> str:
    train, holdout = load_sample("adult"), load_sample("adult-holdout")
    order = np.random.default_rng(SEED).permutation(len(holdout))
    unseen, yardstick = holdout.iloc[order[: len(order) // 2]], holdout.iloc[order[len(order) // 2 :]]
    twin = find_engine("cart").fit(Table.of(train)).sample(ROWS, SEED)
    cases = {
        "real rows that nobody learned from": unseen,
        "`cart`": twin,
        "`copula`": find_engine("copula").fit(Table.of(train)).sample(ROWS, SEED),
        "`cart` with 30 % training rows": pd.concat([twin.head(ROWS * 7 // 10), train.head(ROWS * 3 // 10)]),
        "training rows themselves": train.sample(ROWS, random_state=SEED),
        "columns shuffled independently": train.head(ROWS).apply(
            lambda column: column.sample(frac=1, random_state=len(column.name)).to_numpy()
        ),
    }
    real, held = Table.of(train), Table.of(yardstick)
    rows = []
    for name, frame in cases.items():
        judged = timed(lambda frame=frame: run_gatf(Table.of(frame, real.schema), real, held, target="income", seed=SEED))
        report = judged.value
        scores = {dimension.name: "–" if dimension.score is None else f"{dimension.score:.1f}" for dimension in report.dimensions}
        low, high = report.interval
        rows.append(
            [name, f"{report.score:.1f} [{low:.1f}, {high:.1f}]", report.level, report.badge, scores["quality"], scores["utility"],
             scores["privacy"], ", ".join(report.gates_failed) or "–", f"{judged.wall:.1f} s", f"{judged.cpu:.1f} s"]
        )  # fmt: skip
    head = ["judged", "trust", "level", "badge", "quality", "utility", "privacy", "gates failed", "wall", "CPU"]
    note = "Real: 32,561 training rows. Holdout: 8,141 unseen rows. 200 bootstrap replicates."
    return f"## GATF on known answers (Adult)\n\n{note}\n\n{table(head, rows)}"
