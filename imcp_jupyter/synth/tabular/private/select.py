"""Which marginals are worth measuring: a tree first, as MST does, then pairs that the model has most wrong, as AIM does.

McKenna, Miklau & Sheldon 2021, "Winning the NIST contest"; McKenna, Mullins, Sheldon & Miklau 2022, "AIM: an adaptive and
iterative mechanism for differentially private synthetic data".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from ..features import Codes
from .graphical import GraphicalModel, Measurement
from .junction import Clique, JunctionTree, Table
from .mechanisms import Floats, Mechanisms, sigma_of

SINGLE, CHOICE, PAIRS = "single columns", "choice of pairs", "pairs of columns"
_SINGLE_SHARE = 0.15  # of what is left after the domains
_TREE_SHARE = 0.35
_CHOICE_SHARE = 0.1  # of each round
_BATCH = 4  # pairs of one adaptive round
_PAIRS_PER_COLUMN = 3.0  # that the adaptive rounds can pay for, at the first price
_WIDE = 24  # columns from which the tree is all there is
_CELLS = 200_000  # of all cliques together


def joint_counts(codes: Sequence[Codes], sizes: Sequence[int], columns: Clique) -> Table:
    """How many rows hold each combination of codes: one row more changes one cell by 1."""
    flat = np.zeros(len(codes[columns[0]]), dtype=np.int64)
    for column in columns:
        flat = flat * sizes[column] + codes[column]
    shape = [sizes[column] for column in columns]
    return np.bincount(flat, minlength=math.prod(shape)).reshape(shape).astype(np.float64)


def learn(
    codes: Sequence[Codes], sizes: tuple[int, ...], mechanisms: Mechanisms, total: float | None, progress: Callable[[float], None]
) -> GraphicalModel:
    """Spend what is left of the budget on marginals of `codes`. `total` is the public row count, None to estimate it."""
    budget = mechanisms.budget
    many = len(sizes) > 1
    share = budget.left * (_SINGLE_SHARE if many else 1.0) / len(sizes)
    measured = [_measure(codes, sizes, (column,), share, SINGLE, mechanisms) for column in range(len(sizes))]
    if total is None:
        exactness = np.array([1.0 / one.values.size for one in measured])
        total = max(float(np.average([one.values.sum() for one in measured], weights=exactness)), 1.0)
    model = GraphicalModel(sizes, total)
    model.fit(measured, 100)
    progress(0.1)
    if many:
        chosen = _tree(codes, model, measured, budget.left * _TREE_SHARE, mechanisms)
        measured += chosen
        model.fit(measured, 150)
        progress(0.3)
        _refine(codes, model, measured, mechanisms, progress)
        model.fit(measured, 300)
    return model


def _measure(
    codes: Sequence[Codes], sizes: Sequence[int], columns: Clique, rho: float, purpose: str, mechanisms: Mechanisms
) -> Measurement:
    return Measurement(columns, mechanisms.counts(joint_counts(codes, sizes, columns), rho, purpose), sigma_of(rho))


def _tree(
    codes: Sequence[Codes], model: GraphicalModel, singles: list[Measurement], rho: float, mechanisms: Mechanisms
) -> list[Measurement]:
    """A spanning tree of pairs that are far from independent, chosen edge by edge, then measured."""
    sizes = model.sizes
    pairs = list(combinations(range(len(sizes)), 2))
    shares = [np.maximum(one.values, 0.0) / max(np.maximum(one.values, 0.0).sum(), 1e-9) for one in singles]
    scores = np.array([_distance(codes, sizes, (a, b), np.outer(shares[a], shares[b]) * model.total) for a, b in pairs])
    part = list(range(len(sizes)))
    edges: list[Clique] = []
    for _ in range(len(sizes) - 1):
        open_pairs = [place for place, (a, b) in enumerate(pairs) if part[a] != part[b]]
        a, b = pairs[open_pairs[mechanisms.choose(scores[open_pairs], rho * _CHOICE_SHARE / (len(sizes) - 1), CHOICE)]]
        edges.append((a, b))
        part = [part[a] if own == part[b] else own for own in part]
    return [_measure(codes, sizes, edge, rho * (1.0 - _CHOICE_SHARE) / len(edges), PAIRS, mechanisms) for edge in edges]


def _refine(
    codes: Sequence[Codes], model: GraphicalModel, measured: list[Measurement], mechanisms: Mechanisms, progress: Callable[[float], None]
) -> None:
    """Rounds of further pairs until the budget is spent; a pair costs more from round to round once noise hides the gain."""
    budget, sizes = mechanisms.budget, model.sizes
    pairs: list[Clique] = list(combinations(range(len(sizes)), 2))
    start = budget.left
    each = start / max(_PAIRS_PER_COLUMN * len(sizes), 1.0)
    while budget.left > start * 1e-6:
        each = min(each, budget.left / _BATCH) if budget.left > 1.5 * _BATCH * each else budget.left / _BATCH
        known = {one.columns for one in measured}
        fresh = [pair for pair in pairs if JunctionTree.of(sizes, [*known, pair]).n_cells <= _CELLS] if len(sizes) <= _WIDE else []
        if not fresh:  # nothing new may be measured: make what is known more exact
            edges = [one.columns for one in measured if len(one.columns) == 2]
            part = budget.left / len(edges)
            measured += [_measure(codes, sizes, edge, part, PAIRS, mechanisms) for edge in edges]
            return
        drawn = model.sampler().draw(int(min(max(4 * model.total, 20_000), 200_000)), np.random.default_rng(0))
        scale = model.total / len(drawn[0])
        sigma = sigma_of(each * (1.0 - _CHOICE_SHARE))
        guesses = {pair: joint_counts(drawn, sizes, pair) * scale for pair in fresh}
        scores = np.array(
            [_distance(codes, sizes, pair, guess) - math.sqrt(2 / math.pi) * sigma * guess.size for pair, guess in guesses.items()]
        )
        batch: list[Measurement] = []
        left = list(range(len(fresh)))
        for _ in range(_BATCH):
            tree_fits = [place for place in left if JunctionTree.of(sizes, [*known, fresh[place]]).n_cells <= _CELLS]
            if not tree_fits:
                break
            place = tree_fits[mechanisms.choose(scores[tree_fits], each * _CHOICE_SHARE, CHOICE)]
            left.remove(place)
            known.add(fresh[place])
            batch.append(_measure(codes, sizes, fresh[place], each * (1.0 - _CHOICE_SHARE), PAIRS, mechanisms))
        measured += batch
        model.fit(measured, 30)
        gains = [float(np.abs(np.subtract(_marginal(model, one.columns), guesses[one.columns])).sum()) for one in batch]
        noise = [math.sqrt(2 / math.pi) * one.sigma * one.values.size for one in batch]
        if float(np.median(np.array(gains) / np.array(noise))) <= 1.0:
            each *= 2.0
        progress(0.3 + 0.6 * (1.0 - budget.left / start))


def _marginal(model: GraphicalModel, columns: Clique) -> Table:
    home = model.tree.home(columns)
    return model.tree.reduce(model.marginals[home], home, columns)


def _distance(codes: Sequence[Codes], sizes: Sequence[int], columns: Clique, guess: Floats) -> float:
    """L1 distance of the true counts from `guess`: one row more changes it by at most 1."""
    return float(np.abs(joint_counts(codes, sizes, columns) - guess).sum())
