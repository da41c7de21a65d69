"""What a call says of a table besides its rows, gathered for the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import InvalidInput, did_you_mean
from ..models.generation import DataCard
from ..workspace.sources import Source

if TYPE_CHECKING:
    from ..gatf.facts import Facts

_DECLARED = ("canaries", "purpose", "retention")
_COLUMNS = ("protected", "quasi_identifiers", "sensitive")


class Told(Protocol):
    """The parameters that say it; None where the caller said nothing."""

    positive: str | float | bool | None
    protected: list[str] | None
    quasi_identifiers: list[str] | None
    sensitive: list[str] | None
    constraints: list[Any] | None
    canaries: list[str] | None
    purpose: str | None
    retention: str | None


def facts_of(params: Told, synthetic: Source) -> Facts:
    """Facts from the parameters, and from the card and lineage of the `synthetic` dataset where the workspace knows it.

    Raises `InvalidInput` naming the parameter for a column that the table does not have.
    """
    from ..gatf.facts import Facts

    names = [str(name) for name in synthetic.table().names]
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
