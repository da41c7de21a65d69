"""What is kept of every table and every relation of a fitted set of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...models.dataset import TableSchema
from ...models.relations import Relation
from ..tabular.dtypes import dtype_of, value_of
from ..tabular.engine import TabularModel
from .contexts import Context

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """A column of a table: drawn with the row, a fresh key, or looked up in a parent."""

    name: str
    role: Literal["attribute", "key", "foreign"]
    dtype: dict[str, Any]
    mark: Any  # what stands for a missing value, as `tabular.dtypes.value_state` writes it

    @property
    def pandas_dtype(self) -> Any:
        return dtype_of(self.dtype)

    @property
    def missing(self) -> Any:
        return value_of(self.mark)


@dataclass(frozen=True)
class TablePlan:
    """`rows` draws attributes with the columns of relations beside them, `keys` draws keys; `main` is the relation (by its
    position) that decides how many rows there are, None for a root."""

    name: str
    places: list[Place]
    schema: TableSchema
    real_rows: int
    rows: TabularModel
    keys: TabularModel | None
    main: int | None

    @property
    def attributes(self) -> list[str]:
        return [place.name for place in self.places if place.role == "attribute"]


@dataclass(frozen=True)
class Link:
    """A relation as it is drawn.

    `count_column` of the parent holds how many children a row has, `code_column` of the child the context of its parent.
    `counts` are the real numbers of children, sorted; for a table that refers to itself without circles `depths` are the real
    depths, `depth_column` holds them, and `counts` lie in the order of `depths`. `missing` is real rows without a parent per row
    with one. `to_itself`: rows on top refer to themselves.

    A parent table of few rows with many children each (airlines of flights) is reference data: every row that has children is a
    context of its own. Then `counts` lie in the order of `reference`, the contexts from the lowest score of their families (in
    `score_column`) to the highest, and `childless` is the share of parents without children.
    """

    relation: Relation
    context: Context
    count_column: str
    code_column: str
    depth_column: str | None
    counts: Ints
    depths: Ints
    missing: float
    to_itself: bool = False
    score_column: str | None = None
    reference: bool = False
    childless: float = 0.0
