"""Small reports with every shape of evidence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imcp_jupyter.models.validation import Check, Control, Dimension, DistancePlot, PairMap, Reason, ReportDocument, SubjectInfo

HOSTILE = '</td><script>alert(1)</script> @everyone #1 | [x](https://evil.example) `"\x00'


def subject(name: str) -> SubjectInfo:
    return SubjectInfo(name=name, rows=100, columns=3, content_hash="ab" * 32)


def hostile_document() -> ReportDocument:
    """Every text that may come from data is hostile."""
    checks = [
        Check(
            id="selection_rates", dimension="fairness", title="Selection rates", value=0.5, unit="share", floor=0.0, ceiling=1.0,
            threshold=0.8, score=50.0, interval=(0.4, 0.6), verdict="warn", explanation=f"Groups differ: {HOSTILE}", source="a paper",
            evidence={"groups": [{"group": HOSTILE, "rows": 40, "rate": 0.25}, {"group": "other", "rows": 60, "rate": None}]},
        ),
        Check(
            id="identical_matches", dimension="privacy", title="Copies", value=1.0, unit="share", floor=1.0, ceiling=0.0, threshold=0.0,
            score=0.0, interval=(1.0, 1.0), verdict="fail", gate=True, explanation="All rows are copies.",
            evidence={"row_positions": [0, 1], "by_column": {HOSTILE: {"real": 0.1}, "b": {"real": 0.2}}},
        ),
        Check(id="canaries", dimension="security", title="Canaries", verdict="skipped", explanation="None were declared."),
        Check(id="shapes", dimension="quality", title="Shapes", value=0.99, score=99.0, verdict="pass", explanation="Alike."),
    ]  # fmt: skip
    dimensions = [
        Dimension(name="quality", score=99.0, interval=(98.0, 100.0), weight=0.5, verdict="pass"),
        Dimension(name="privacy", score=0.0, interval=(0.0, 0.0), weight=0.5, verdict="fail", reason=HOSTILE),
        Dimension(name="fairness", score=50.0, interval=(40.0, 60.0), weight=0.0, verdict="warn"),
        Dimension(name="security", score=None, interval=None, weight=0.0, verdict="skipped", reason=HOSTILE),
    ]
    return ReportDocument(
        kind="gatf", created=datetime(2026, 1, 2, tzinfo=UTC), profile=HOSTILE, synthetic=subject(HOSTILE), real=subject(HOSTILE),
        score=24.0, interval=(24.0, 24.0), level="none", badge="none", gates_failed=["identical_matches"], dimensions=dimensions,
        checks=checks, controls=[Control(framework=HOSTILE, control="Art. 5", title="Storage", checks=["shapes", "gone"], verdict="pass")],
        replicates=10, seed=0, seconds=1.0, versions={"numpy": "2"},
        distributions=[{"column": HOSTILE, "kind": "integer", "bins": [HOSTILE, "2"], "real": [0.5, 0.5], "synthetic": [1.0, 0.0]},
                       {"column": "c", "kind": "categorical", "bins": [HOSTILE], "real": None, "synthetic": [1.0]}],
        pair_map=PairMap(columns=["a", HOSTILE, "c"], of=5, real=[0.9, None, -0.5], synthetic=[0.1, 0.3, -0.5]),
        distances=DistancePlot(edges=[0.0, 0.5, 1.0], synthetic=[1.0, 0.0, 0.0], unseen=[0.2, 0.5, 0.3], unseen_is="holdout", rows=100),
        weights=[Reason(subject="privacy", value=2.0, why=HOSTILE)],
        thresholds=[Reason(subject="passes", value=80.0, why="Usual."), Reason(subject="shapes", value=85.0, why="Stricter.")],
    )  # fmt: skip


@pytest.fixture
def hostile() -> ReportDocument:
    return hostile_document()
