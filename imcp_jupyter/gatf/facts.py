"""What a run may know besides the tables: who is protected, which rules hold, how the table came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..models.constraints import Constraint
from ..models.generation import DataCard


@dataclass(frozen=True)
class Facts:
    """Everything is optional; a check that needs a fact says so when it is missing.

    `protected`: columns whose groups must be treated alike; picked by name when None. `positive`: the favourable level of the
    target. `quasi_identifiers`: columns that outsiders may know; picked when None. `sensitive`: columns that nobody may infer; picked
    when None. `constraints`: rules that every row must keep. `card` and `lineage`: how the synthetic table was made.
    `declared`: statements of the owner, such as ``purpose`` and ``retention``.
    """

    protected: Sequence[str] | None = None
    positive: Any = None
    quasi_identifiers: Sequence[str] | None = None
    sensitive: Sequence[str] | None = None
    constraints: Sequence[Constraint] = ()
    card: DataCard | None = None
    lineage: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
