"""One real table against many candidates: SDMetrics' quality numbers with the real side worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from ...data.pii.detect import direct_identifiers
from ...data.table import Table
from ...errors import InvalidInput
from ...models.dataset import NUMERIC_KINDS, ColumnSchema
from ..align import align, joint_codes
from ..comparison import Array, Encoded, Field
from .shapes import Pair, PairTrends, column_shape, mean_present


@dataclass(frozen=True)
class Similarity:
    """SDMetrics' single-table quality. `shapes` by column and `pairs` by two columns: 0 to 1, NaN where undefined.

    `score` is the mean of the two means; a part without any number does not count.
    """

    shapes: dict[str, float]
    pairs: dict[tuple[str, str], float]

    @property
    def column_shapes(self) -> float:
        return mean_present(list(self.shapes.values()))

    @property
    def column_pairs(self) -> float:
        return mean_present(list(self.pairs.values()))

    @property
    def score(self) -> float:
        return mean_present([self.column_shapes, self.column_pairs])


class Reference:
    """A real table whose sorted columns, bins, contingency tables and related pairs are kept from the first comparison on.

    `compare` gives the numbers of SDMetrics 0.32's QualityReport on all rows.
    """

    def __init__(self, real: Table) -> None:
        people = direct_identifiers(real.frame)
        schema = [column for column in real.schema.columns if column.name not in people and column.kind not in ("id", "text")]
        self._columns = align(real, schema).columns
        self._encoded = Encoded(
            {name: column.values if column.schema.kind in NUMERIC_KINDS else column.codes for name, column in self._columns.items()},
            real.n_rows,
        )
        self._fields = {name: self._field(column.schema) for name, column in self._columns.items()}
        self._trends = PairTrends(list(self._fields.values()), self._encoded)

    def compare(self, candidate: Table) -> Similarity:
        """Raises `InvalidInput` when no column can be compared."""
        shared = [column.schema for name, column in self._columns.items() if name in candidate.names]
        aligned = align(candidate, shared).columns
        if not aligned:
            raise InvalidInput("the candidate and the real table share no column that can be compared", field="candidate")
        fields: dict[str, Field] = {}
        arrays: dict[str, Array] = {}
        for name, column in aligned.items():
            fields[name], arrays[name] = self._fields[name], column.values
            if not self._fields[name].is_numeric:
                n_real, n_levels, codes = joint_codes(self._columns[name], [column])
                fields[name], arrays[name] = Field(name, column.schema.kind, n_real, n_levels), codes[1]
        other = Encoded(arrays, candidate.n_rows)
        pairs = [pair for pair in self.related_pairs if pair.first.name in fields and pair.second.name in fields]
        return Similarity(
            {name: column_shape(field, self._encoded, other) for name, field in fields.items()},
            {(pair.first.name, pair.second.name): self._trends.score(pair, other) for pair in pairs},
        )

    @property
    def related_pairs(self) -> list[Pair]:
        """The pairs that SDMetrics counts: correlation above 0.5 or Cramér's V above 0.3 in the real table."""
        return self._trends.pairs

    def _field(self, column: ColumnSchema) -> Field:
        if column.kind in NUMERIC_KINDS:
            return Field(column.name, column.kind)
        levels = len(self._columns[column.name].categories)
        return Field(column.name, column.kind, levels, levels)
