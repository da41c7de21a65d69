"""Engines on Adult, at the size that publications use."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from imcp_jupyter.data.samples import load_sample

from .engines import load_peers, native, sdv_copula
from .judge import Judge, Verdict
from .measure import table, timed

ROWS, SEED, TARGET = 16_281, 7, "income"
HEAD = ["", "fit + sample", "CPU", "SDMetrics quality", "utility (AUC, share of real)", "C2ST AUC", "DCR share", "exact copies"]


def section(rows: int = ROWS) -> str:
    """`rows`: how many of the holdout, and how many are drawn from what twice as many training rows taught (all 32,561 by default)."""
    load_peers()
    train, holdout = load_sample("adult").head(2 * rows), load_sample("adult-holdout").head(rows)
    judge = Judge(train, holdout, TARGET, rows)
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "`cart`": lambda: native("cart", train, rows, SEED),
        "`copula`": lambda: native("copula", train, rows, SEED),
        "SDV GaussianCopula, defaults": lambda: sdv_copula(train, rows, judge.metadata()),
    }
    lines = [["holdout itself (the ceiling)", "–", "–", *_cells(judge.ceiling(), judge)]]
    for name, make in makers.items():
        made = timed(make)
        lines.append([name, f"{made.wall:.1f} s", f"{made.cpu:.1f} s", *_cells(judge(made.value), judge)])
    note = (
        f"Learned from the {len(train):,} training rows, {rows:,} rows drawn, seed {SEED}. Utility: gradient boosting trained on the "
        f"table, tested on the holdout for `{TARGET}`, beside the same trained on as many real rows. C2ST: gradient boosting tells the "
        "table from the holdout, 5-fold. DCR share: rows nearer to the training data than to the holdout, equal sizes, numbers by rank "
        "and one-hot categories; .5 is ideal. Copies: rows that equal a training row."
    )
    return f"## Tabular engines on Adult\n\n{note}\n\n{table(HEAD, lines)}"


def _cells(verdict: Verdict, judge: Judge) -> list[str]:
    real = verdict.dcr_share != verdict.dcr_share  # the ceiling has no DCR share
    share = "real rows" if real else format(verdict.utility / judge.real_utility, ".1%")
    return [
        f"{verdict.quality:.4f}",
        f"{verdict.utility:.4f} ({share})",
        f"{verdict.c2st:.3f}",
        "–" if real else f"{verdict.dcr_share:.3f}",
        f"{verdict.copies:.4%}",
    ]
