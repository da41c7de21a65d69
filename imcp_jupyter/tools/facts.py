"""The parameters of a validation, and what they say of a table besides its rows, gathered for the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from ..errors import InvalidInput, did_you_mean
from ..models.constraints import CONSTRAINTS_SCHEMA
from ..models.generation import DataCard
from ..synth.constraints.sdv_format import read_constraints
from ..workspace.sources import Source
from .tool import DataRef, Params

if TYPE_CHECKING:
    from ..gatf.facts import Facts

_DECLARED = ("canaries", "purpose", "retention")
_COLUMNS = ("protected", "quasi_identifiers", "sensitive")


class GatfParams(Params):
    synthetic: DataRef = Field(description="the data to judge")
    real: DataRef | None = Field(None, description="the real data it was made from")
    holdout: DataRef | None = Field(None, description="real data that the generator never saw; the yardstick for privacy and utility")
    profile: str = Field(
        "general",
        description="which dimensions count and how much: general, healthcare, finance, eu, retail, public_sector, "
        "one of the workspace's folder 'profiles', or the path of a YAML file",
    )
    target: str | None = Field(None, description="column to predict in the utility checks; picked when left out")
    positive: str | float | bool | None = Field(
        None, description="favourable value of the target, for the fairness checks; picked when left out"
    )
    protected: list[str] | None = Field(
        None, description="columns whose groups must be treated alike; picked by name when left out, [] for none"
    )
    quasi_identifiers: list[str] | None = Field(None, description="columns that outsiders may know of a person; picked when left out")
    sensitive: list[str] | None = Field(None, description="columns that nobody may infer; picked when left out")
    constraints: Annotated[list[Any] | None, BeforeValidator(read_constraints), WithJsonSchema(CONSTRAINTS_SCHEMA)] = Field(
        None, description="rules that every row must keep; objects with a kind, or SDV's constraint JSON (docs/constraints.md)"
    )
    canaries: list[str] | None = Field(None, description="marker values planted in the real data, which must not come out again")
    purpose: str | None = Field(None, description="what the data is to be used for; evidence in the compliance checks")
    retention: str | None = Field(None, description="until when, or how long, the data is kept; evidence in the compliance checks")
    seed: int = Field(0, ge=0, description="seed of resampling and classifiers")


def facts_of(params: GatfParams, synthetic: Source) -> Facts:
    """Facts from the parameters, and from the card and lineage of the `synthetic` dataset where the workspace knows it.

    Raises `InvalidInput` naming the parameter for a column that the table does not have.
    """
    from ..gatf.facts import Facts

    names = [str(name) for name in synthetic.frame.columns]
    for parameter in _COLUMNS:
        _check_columns(getattr(params, parameter) or (), names, parameter)
    card = synthetic.lineage.get("card")
    return Facts(
        protected=params.protected,
        positive=params.positive,
        quasi_identifiers=params.quasi_identifiers,
        sensitive=params.sensitive,
        constraints=tuple(params.constraints or ()),
        card=None if card is None else DataCard.model_validate(card),
        lineage=synthetic.lineage,
        declared={name: getattr(params, name) for name in _DECLARED if getattr(params, name) is not None},
    )


def _check_columns(given: Sequence[str], names: list[str], parameter: str) -> None:
    for name in given:
        if name not in names:
            raise InvalidInput(f"'{name}' is not a column of the synthetic table", field=parameter, hint=did_you_mean(name, names))
