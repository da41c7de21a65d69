"""Is the interval of the trust score honest? Many tables of one generator, judged one by one."""

from __future__ import annotations

import numpy as np

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.synth.tabular.registry import find_engine

from .measure import table

RUNS = 50
ROWS = 3_000
LEARNED = 6_000


def section() -> str:
    train, holdout = load_sample("adult").head(LEARNED), load_sample("adult-holdout").head(LEARNED)
    lines = [_line(engine, train, holdout) for engine in ("cart", "copula")]
    head = ["engine", "mean trust", "spread (sd)", "mean width of the interval", "covers the mean of all runs", "goal"]
    note = (
        f"{RUNS} tables of {ROWS:,} rows each, drawn with other seeds from one model of {LEARNED:,} rows of Adult and judged with the same "
        "seed. *Covers*: how many of the 95 % intervals hold the mean score of all tables."
    )
    return f"## GATF: is the interval honest?\n\n{note}\n\n{table(head, lines)}"


def _line(engine: str, train: object, holdout: object) -> list[str]:
    real, held = Table.of(train), Table.of(holdout)
    model = find_engine(engine).fit(real)
    reports = [run_gatf(Table.of(model.sample(ROWS, seed), real.schema), real, held, target="income") for seed in range(RUNS)]
    scores = np.array([report.score for report in reports])
    low, high = np.array([report.interval for report in reports]).T
    covered = int(((low <= scores.mean()) & (scores.mean() <= high)).sum())
    return [
        f"`{engine}`", f"{scores.mean():.1f}", f"{scores.std(ddof=1):.2f}", f"{(high - low).mean():.2f}", f"{covered} of {RUNS}",
        f"{round(0.9 * RUNS)} to {int(0.99 * RUNS)}",
    ]  # fmt: skip
