"""GATF against known faults on three real tables: is each found, in its dimension, by its rows, the more the worse?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.facts import Facts
from imcp_jupyter.gatf.profile import find_profile
from imcp_jupyter.gatf.run import ALTERNATIVES, all_measures, no_progress, run_checks, run_gatf
from imcp_jupyter.gatf.trust import trust_of
from imcp_jupyter.models.validation import Check

from .collection import collection
from .faults import Case, Fault, Frame, dressed, faults
from .measure import table

SEED = 7
MOST_ROWS = 4_000  # of each of the three parts


@dataclass(frozen=True)
class Outcome:
    """One fault at one dose. `named`: its own checks that failed. `hits` of `shown` rows in their evidence were planted ones."""

    fault: Fault
    dose: float
    judged: Judged
    named: list[str]
    others: list[str]
    hits: int
    shown: int
    planted: int

    @property
    def score(self) -> float | None:
        """Of the fault's own dimension."""
        return self.judged.scores[self.fault.dimension]


@dataclass(frozen=True)
class Judged:
    """What a run said; `trust` is None where only one dimension was judged."""

    checks: list[Check]
    scores: dict[str, float | None]
    trust: float | None
    gates_failed: list[str]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.verdict == "fail"]


def cases(names: tuple[str, ...] = ("adult", "compas", "acs employment")) -> Iterator[Case]:
    """Real tables with columns for every fault. Raises `NotToBeHad` where a package cannot be fetched."""
    groups = {"adult": (("sex", "race"), ">50K"), "compas": (("race", "race"), 1), "acs employment": (("SEX", "RAC1P"), 1)}
    for item in collection():
        if item.name in names:
            columns, positive = groups[item.name]
            train, rest = (load_sample("adult"), load_sample("adult-holdout")) if item.name == "adult" else item.load()
            yield case_of(item.name, train, rest, item.target, columns, positive)


def case_of(name: str, train: Frame, rest: Frame, target: str, groups: tuple[str, str], positive: object, most: int = MOST_ROWS) -> Case:
    """Training rows, and two halves of the rows that nobody learned from."""
    order = np.random.default_rng(SEED).permutation(len(rest))
    middle = len(order) // 2
    holdout, unseen = rest.iloc[order[:middle][:most]], rest.iloc[order[middle:][:most]]
    return dressed(name, (train.iloc[:most], holdout, unseen), target, groups, positive)


def judge(case: Case, frame: Frame, replicates: int = 200, only: str | None = None) -> Judged:
    """The whole GATF, or `only` one dimension of it: the same scores in a part of the time."""
    real = Table.of(case.train)
    tables = Table.of(frame, real.schema), real, Table.of(case.holdout)
    facts = Facts(protected=list(dict.fromkeys([case.group, case.minorities])), positive=case.positive)
    if only is None:
        report = run_gatf(*tables, target=case.target, seed=SEED, replicates=replicates, facts=facts)
        scores = {dimension.name: dimension.score for dimension in report.dimensions}
        return Judged(report.checks, scores, report.score, report.gates_failed)
    comparison = Comparison(*tables, target=case.target, seed=SEED, replicates=replicates, facts=facts)
    profile = find_profile("general")
    checks = run_checks([measure for measure in all_measures() if measure.dimension == only], comparison, profile, no_progress)
    trust = trust_of(checks, profile, ALTERNATIVES)
    return Judged([one.check for _, one in checks], {only: trust.dimensions[0].score}, None, trust.gates_failed)


def plant(case: Case, fault: Fault, dose: float, replicates: int = 200, only: str | None = None) -> Outcome:
    frame, rows = fault.plant(case, dose, np.random.default_rng(SEED))
    judged = judge(case, frame, replicates, only)
    named = [check for check in judged.failed if check.id in fault.checks]
    shown = [row for check in named for row in check.evidence.get("row_positions", [])]
    hits = int(np.isin(shown, rows).sum())
    others = [check.id for check in judged.failed if check.id not in fault.checks]
    return Outcome(fault, dose, judged, [check.id for check in named], others, hits, len(shown), len(rows))


def section() -> str:
    parts = [_NOTE]
    for case in cases():
        before = judge(case, case.unseen)
        found = [plant(case, fault, dose) for fault in faults() for dose in fault.doses]
        parts += [_table(case, before, found)]
    return "\n\n".join(["## GATF on planted faults", *parts])


_NOTE = (
    "Each fault is planted into real rows that nobody learned from; three real tables with columns added for an e-mail address, a note, a "
    "fee with its total, and two days (`bench/faults.py`). *Found by*: its own checks that failed; *rows*: how many of the rows that their "
    "evidence shows were planted. *Moved*: the largest loss of another dimension, without those that the fault touches by its nature."
)


def _table(case: Case, before: Judged, found: list[Outcome]) -> str:
    head = ["fault", "dose", "trust", "its dimension", "score", "found by", "rows", "moved", "other checks that failed"]
    failed = ", ".join(check.id for check in before.failed) or "–"
    lines = [["none: unseen rows", "", _trust(before), "", "", "", "", "", failed]]
    for one in found:
        losses = moved(one, before)
        worst = max(losses, key=lambda name: losses[name])
        lines.append(
            [one.fault.name, f"{100 * one.dose:g} %", _trust(one.judged), one.fault.dimension,
             "–" if one.score is None else f"{one.score:.1f}", ", ".join(one.named) or "**missed**",
             f"{one.hits} of {one.shown}" if one.planted else "–", f"{worst} {-losses[worst]:+.1f}", ", ".join(one.others) or "–"]
        )  # fmt: skip
    rows = f"{len(case.train):,} training, {len(case.holdout):,} holdout, {len(case.unseen):,} judged rows"
    return f"### {case.name} ({rows})\n\n{table(head, lines)}"


def moved(one: Outcome, before: Judged) -> dict[str, float]:
    """What the dimensions lose that the fault should leave alone."""
    spared = {name: score for name, score in before.scores.items() if name != one.fault.dimension and name not in one.fault.spills}
    return {name: score - (one.judged.scores[name] or 0.0) for name, score in spared.items() if score is not None}


def _trust(judged: Judged) -> str:
    gate = " (gate)" if judged.gates_failed else ""
    return f"{judged.trust:.1f}{gate}"
