"""What a call of the validation says of its table reaches the checks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.gatf.comparison import Comparison
from imcp_jupyter.gatf.compliance import LineageComplete
from imcp_jupyter.gatf.measure import Finding
from imcp_jupyter.models.constraints import Inequality
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.execute import run_inline
from imcp_jupyter.tools.facts import GatfParams, facts_of
from imcp_jupyter.tools.validate import ReportResult
from imcp_jupyter.workspace.sources import open_source
from imcp_jupyter.workspace.workspace import Workspace


def call(workspace: Workspace, tool: str, arguments: dict[str, Any], frames: dict[str, pd.DataFrame] | None = None) -> Any:
    return run_inline(workspace, tool, arguments, Principal(), frames)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"low": range(60), "high": range(1, 61), "note": [f"line {row}" for row in range(60)]})


def test_rules_and_declarations_become_facts(workspace: Workspace, frame: pd.DataFrame) -> None:
    source = open_source("frame:f", "synthetic", workspace.datasets, {"f": frame})
    rule = {"kind": "inequality", "low": "low", "high": "high"}
    params = GatfParams(synthetic="frame:f", constraints=[rule], protected=["note"], purpose="testing", retention="2027-01-01")
    facts = facts_of(params, source)
    assert facts.constraints == (Inequality(low="low", high="high"),)
    assert facts.declared == {"purpose": "testing", "retention": "2027-01-01"}
    assert list(facts.protected or ()) == ["note"]
    assert facts.card is None


def test_the_card_of_a_dataset_of_the_workspace_is_a_fact(workspace: Workspace) -> None:
    made = call(workspace, "generate_tabular", {"data": "demo:adult", "rows": 50, "engine": "copula", "seed": 3, "name": "twin"})
    facts = facts_of(GatfParams(synthetic="twin"), open_source("twin", "synthetic", workspace.datasets, {}))
    assert facts.card is not None
    assert facts.card.seed == 3
    assert facts.lineage["model"] == made.model
    lineage = LineageComplete().run(Comparison(Table.of(workspace.datasets["twin"].to_pandas()), facts=facts))
    assert isinstance(lineage, Finding)
    assert lineage.evidence["missing"] == []


@pytest.mark.parametrize("parameter", ["protected", "quasi_identifiers", "sensitive"])
def test_a_column_that_is_not_there_is_named(workspace: Workspace, frame: pd.DataFrame, parameter: str) -> None:
    with pytest.raises(InvalidInput, match="'lwo' is not a column") as caught:
        call(workspace, "run_gatf_validation", {"synthetic": "frame:f", parameter: ["lwo"]}, frames={"f": frame})
    assert caught.value.field == parameter
    assert "low" in (caught.value.hint or "")


def test_a_canary_is_found_in_the_rows(workspace: Workspace, frame: pd.DataFrame) -> None:
    frame.loc[7, "note"] = "mark-71"
    found = call(workspace, "run_gatf_validation", {"synthetic": "frame:f", "canaries": ["mark-71"]}, frames={"f": frame})
    assert isinstance(found, ReportResult)
    assert next(check.verdict for check in found.checks if check.id == "canary_replay") == "fail"


def test_another_lineage_is_another_question(workspace: Workspace) -> None:
    """Two versions of equal rows may have come about in different ways: an answer about one is none about the other."""
    asked = {"synthetic": "twin", "seed": 0}
    arguments = {"data": "demo:adult", "rows": 60, "engine": "copula", "name": "twin"}
    call(workspace, "generate_tabular", arguments | {"seed": 1})
    first = call(workspace, "run_gatf_validation", asked)
    assert call(workspace, "run_gatf_validation", asked).cached
    assert first.cached is False
    frame = workspace.datasets["twin"].to_pandas()
    call(workspace, "import_data", {"source": "frame:f", "name": "twin"}, frames={"f": frame})
    assert call(workspace, "run_gatf_validation", asked).cached is False
