"""Judge a way to generate by what it makes of a real table: learn a part, be judged with the rest, several times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, stdev

import numpy as np
import pandas as pd
from scipy import stats

from ...data.table import Table
from ...errors import InvalidInput
from ...models.validation import Dimension, Repeat, ReportDocument
from ..comparison import Progress
from ..run import no_progress
from ..trust import badge_of, level_of

FitAndDraw = Callable[[Table, int, int, Progress], pd.DataFrame]  # (real part, rows, seed, progress) to synthetic rows
Judge = Callable[[Table, Table, Table, int, Progress], ReportDocument]  # (synthetic, real part, the rest, seed, progress)

LEAST_ROWS = 20


def judge_generator(
    fit_and_draw: FitAndDraw, judge: Judge, real: Table, *, repeats: int, seed: int, progress: Progress = no_progress
) -> ReportDocument:
    """The mean of `repeats` runs, with the 95 % interval of one more run.

    Each run has a seed of its own, deals `real` into two halves at random, learns one and is judged with the other as holdout
    (repeated two-fold hold-out; Kohavi 1995, A study of cross-validation and bootstrap). Checks and plots are those of the run whose
    score is the median. Raises `InvalidInput` for a table that is too small to be dealt.
    """
    if real.n_rows < LEAST_ROWS:
        raise InvalidInput(f"a generator is judged on at least {LEAST_ROWS} real rows, got {real.n_rows}", field="real")
    runs: list[tuple[int, ReportDocument]] = []
    for position in range(repeats):
        own = seed + position
        order = np.random.Generator(np.random.Philox(np.random.SeedSequence([own, 0x6E]))).permutation(real.n_rows)
        middle = real.n_rows // 2
        part, rest = (real.select_rows(np.sort(rows)) for rows in (order[:middle], order[middle:]))
        start, size = position / repeats, 1 / repeats
        drawn = fit_and_draw(part, part.n_rows, own, _part(progress, start, 0.3 * size))
        table = Table.of(drawn, field="synthetic")
        runs.append((own, judge(table, part, rest, own, _part(progress, start + 0.3 * size, 0.7 * size))))
    return _mean(runs)


def _mean(runs: Sequence[tuple[int, ReportDocument]]) -> ReportDocument:
    middle = sorted(runs, key=lambda run: run[1].score)[(len(runs) - 1) // 2][1]
    score, interval = _spread([run.score for _, run in runs], middle.interval)
    gates = list(dict.fromkeys(gate for _, run in runs for gate in run.gates_failed))
    return middle.model_copy(
        update={
            "subject": "generator",
            "score": score,
            "interval": interval,
            "level": level_of(score),
            "badge": "none" if gates or middle.badge == "none" else badge_of(interval[0]),
            "gates_failed": gates,
            "dimensions": [_dimension(dimension, [run for _, run in runs]) for dimension in middle.dimensions],
            "repeats": [
                Repeat(
                    seed=seed,
                    score=run.score,
                    dimensions={dimension.name: dimension.score for dimension in run.dimensions},
                    gates_failed=run.gates_failed,
                )
                for seed, run in runs
            ],
            "seconds": round(sum(run.seconds for _, run in runs), 3),
        }
    )


def _dimension(dimension: Dimension, runs: Sequence[ReportDocument]) -> Dimension:
    scores = [other.score for run in runs for other in run.dimensions if other.name == dimension.name and other.score is not None]
    if dimension.score is None or dimension.interval is None or not scores:
        return dimension
    score, interval = _spread(scores, dimension.interval)
    return dimension.model_copy(update={"score": score, "interval": interval})


def _spread(scores: Sequence[float], alone: tuple[float, float]) -> tuple[float, tuple[float, float]]:
    """Mean and the 95 % prediction interval of one more run (Student's t); of a single run its own interval."""
    if len(scores) < 2:
        return scores[0], alone
    mean = fmean(scores)
    width = float(stats.t.ppf(0.975, len(scores) - 1)) * stdev(scores) * math.sqrt(1 + 1 / len(scores))
    return mean, (max(0.0, mean - width), min(100.0, mean + width))


def _part(progress: Progress, start: float, size: float) -> Progress:
    return lambda share, message: progress(start + share * size, message)
