"""The data card of one call: what was done, in words that hold no value of the real data that the caller did not say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..models.constraints import ConditionOutcome
from ..models.generation import DataCard
from ..synth.constraints.model import ConstrainedModel
from ..synth.constraints.sdv_format import is_sdv_metadata, schema_overrides
from ..synth.tabular.conditions import parse_conditions
from ..synth.tabular.engine import TabularModel
from .tool import Params


def card_parameters(params: Params, left_out: Collection[str]) -> dict[str, Any]:
    """The parameters that shaped the data. Of a schema only the kinds stand there: orders, ranges and levels are real values."""
    told = params.model_dump(mode="json", exclude=set(left_out), exclude_none=True)
    schema = told.get("table_schema")
    if schema:
        told["table_schema"] = kinds_told(schema_overrides(schema) if is_sdv_metadata(schema) else schema)
    return told


def kinds_told(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Of schema overrides by column, the kinds."""
    return {name: override.get("kind") if isinstance(override, Mapping) else override for name, override in overrides.items()}


def told_of_draw(card: DataCard, model: TabularModel, conditions: Mapping[str, Any] | None, rows: int) -> DataCard:
    """`card` with what is known once `rows` rows are drawn: how constraints and conditions were held."""
    asked = list(parse_conditions(conditions, model.schema.names)) if conditions else []
    if not isinstance(model, ConstrainedModel):
        held = [ConditionOutcome(column=column, how="model", acceptance=1.0) for column in asked]
        return card.model_copy(update={"rows": rows, "conditions": held})
    left = model.rows_left_out
    seen = {"fitted_rows": (card.fitted_rows or card.source_rows) - left} if left else {}
    return card.model_copy(update={"rows": rows, "constraints": model.outcomes(), "conditions": model.condition_outcomes()} | seen)
