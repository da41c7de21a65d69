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
from imcp_jupyter.models.validation import ReportDocument

from .collection import collection
from .faults import Case, Fault, Frame, dressed, faults
from .measure import table

SEED = 7
MOST_ROWS = 16_281  # of each of the three parts


@dataclass(frozen=True)
class Outcome:
    """One fault at one dose. `named`: its own checks that failed. `hits` of `shown` rows in their evidence were planted ones."""

    fault: Fault
    dose: float
    report: ReportDocument
    named: list[str]
    others: list[str]
    hits: int
    shown: int
    planted: int

    def score(self, dimension: str) -> float | None:
        return scores(self.report)[dimension]


def scores(report: ReportDocument) -> dict[str, float | None]:
    return {dimension.name: dimension.score for dimension in report.dimensions}


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


def judge(case: Case, frame: Frame, replicates: int = 200) -> ReportDocument:
    real = Table.of(case.train)
    return run_gatf(
        Table.of(frame, real.schema),
        real,
        Table.of(case.holdout),
        target=case.target,
        seed=SEED,
        replicates=replicates,
        facts=_facts(case),
    )


def plant(case: Case, fault: Fault, dose: float, replicates: int = 200) -> Outcome:
    frame, rows = fault.plant(case, dose, np.random.default_rng(SEED))
    report = judge(case, frame, replicates)
    failed = [check for check in report.checks if check.verdict == "fail"]
    named = [check for check in failed if check.id in fault.checks]
    shown = [row for check in named for row in check.evidence.get("row_positions", [])]
    hits = int(np.isin(shown, rows).sum())
    others = [check.id for check in failed if check.id not in fault.checks]
    return Outcome(fault, dose, report, [check.id for check in named], others, hits, len(shown), len(rows))


def own_score(case: Case, frame: Frame, dimension: str, replicates: int = 200) -> float | None:
    """The score of one dimension alone; as `judge` gives it, in a part of the time."""
    real = Table.of(case.train)
    comparison = Comparison(
        Table.of(frame, real.schema),
        real,
        Table.of(case.holdout),
        target=case.target,
        seed=SEED,
        replicates=replicates,
        facts=_facts(case),
    )
    profile = find_profile("general")
    measures = [measure for measure in all_measures() if measure.dimension == dimension]
    trust = trust_of(run_checks(measures, comparison, profile, no_progress), profile, ALTERNATIVES)
    return trust.dimensions[0].score


def _facts(case: Case) -> Facts:
    return Facts(protected=list(dict.fromkeys([case.group, case.minorities])), positive=case.positive)


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


def _table(case: Case, before: ReportDocument, found: list[Outcome]) -> str:
    clean = scores(before)
    head = ["fault", "dose", "trust", "its dimension", "score", "found by", "rows", "moved", "other checks that failed"]
    failed = ", ".join(check.id for check in before.checks if check.verdict == "fail") or "–"
    lines = [["none: unseen rows", "", _trust(before), "", "", "", "", "", failed]]
    for one in found:
        moved = {
            name: score - (scores(one.report)[name] or 0.0)
            for name, score in clean.items()
            if score is not None and name != one.fault.dimension and name not in one.fault.spills
        }
        worst = max(moved, key=lambda name: moved[name])
        score = one.score(one.fault.dimension)
        lines.append(
            [one.fault.name, f"{one.dose:.1%}".replace(".0%", " %"), _trust(one.report), one.fault.dimension,
             "–" if score is None else f"{score:.1f}", ", ".join(one.named) or "**missed**",
             f"{one.hits} of {one.shown}" if one.planted else "–", f"{worst} {-moved[worst]:+.1f}", ", ".join(one.others) or "–"]
        )  # fmt: skip
    rows = f"{len(case.train):,} training, {len(case.holdout):,} holdout, {len(case.unseen):,} judged rows"
    return f"### {case.name} ({rows})\n\n{table(head, lines)}"


def _trust(report: ReportDocument) -> str:
    gate = " (gate)" if report.gates_failed else ""
    return f"{report.score:.1f}{gate}"
