"""Row conditions as text: comparisons, arithmetic and boolean operators over column names, and nothing that can run code."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...errors import InvalidInput
from .numbers import Mask

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_LENGTH, _DEPTH = 2_000, 40


class Expression:
    """A parsed condition. Names with spaces stand in backticks, as in `pandas.DataFrame.eval`."""

    allowed: ClassVar[str] = "comparisons, in [...], and, or, not, + - * / // %, column names, numbers, text, True, False"

    def __init__(self, text: str, field: str) -> None:
        self._field = field
        self._text = text
        self._quoted: dict[str, str] = {}
        if len(text) > _LENGTH:
            raise InvalidInput(f"predicate: an expression has at most {_LENGTH} characters", field=field)
        plain = re.sub(r"`([^`]+)`", self._hide, text)
        try:
            self._tree = ast.parse(plain.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InvalidInput(f"predicate: '{text:.80}' is not an expression", field=field, hint=f"allowed: {self.allowed}") from None
        self.columns: list[str] = []
        self._check(self._tree, 0)

    def holds(self, frame: pd.DataFrame) -> Mask:
        """(n_rows,) bool: where the condition is true, or one of its columns is missing."""
        gaps = np.zeros(len(frame), dtype=bool)
        for column in self.columns:
            gaps |= frame[column].isna().to_numpy()
        whole = frame.loc[~gaps]
        try:
            with np.errstate(all="ignore"):
                value = self._value(self._tree, whole)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            raise InvalidInput(f"predicate: '{self._text:.80}' does not fit its columns: {error}", field=self._field) from None
        if not isinstance(value, (bool, np.bool_)) and not pd.api.types.is_bool_dtype(value):
            raise InvalidInput(f"predicate: '{self._text:.80}' must be true or false for each row", field=self._field)
        kept = gaps.copy()
        kept[~gaps] = value if np.isscalar(value) else np.asarray(value, dtype=bool)
        return kept

    def _hide(self, match: re.Match[str]) -> str:
        name = f"_quoted_{len(self._quoted)}_"
        self._quoted[name] = match[1]
        return name

    def _check(self, node: ast.AST, depth: int) -> None:
        if depth > _DEPTH:
            raise InvalidInput("predicate: the expression is nested too deeply", field=self._field)
        if isinstance(node, ast.Name):
            name = self._quoted.get(node.id, node.id)
            if name not in self.columns:
                self.columns.append(name)
            return
        fine = (
            (isinstance(node, ast.BoolOp))
            or (isinstance(node, ast.BinOp) and type(node.op) in _BINARY)
            or (isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub, ast.UAdd, ast.Invert)))
            or (isinstance(node, ast.Compare) and all(self._comparable(*pair) for pair in zip(node.ops, node.comparators, strict=True)))
            or (isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str)))
            or (isinstance(node, (ast.List, ast.Tuple, ast.Set)) and all(_is_literal(item) for item in node.elts))
        )
        if not fine:
            what = type(node).__name__.lower()
            raise InvalidInput(f"predicate: {what} is not allowed in an expression", field=self._field, hint=f"allowed: {self.allowed}")
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._check(child, depth + 1)

    def _comparable(self, op: ast.cmpop, right: ast.expr) -> bool:
        return type(op) in _COMPARE or (isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (ast.List, ast.Tuple, ast.Set)))

    def _value(self, node: ast.expr, frame: pd.DataFrame) -> Any:
        if isinstance(node, ast.Name):
            series = frame[self._quoted.get(node.id, node.id)]
            return series.astype(series.cat.categories.dtype) if isinstance(series.dtype, pd.CategoricalDtype) else series
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [self._value(item, frame) for item in node.elts]
        if isinstance(node, ast.UnaryOp):
            value = self._value(node.operand, frame)
            if isinstance(node.op, (ast.Not, ast.Invert)):
                return ~_truth(value)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            left, right = self._value(node.left, frame), self._value(node.right, frame)
            if isinstance(left, str) or isinstance(right, str):
                raise TypeError("text takes part in comparisons only")
            return _BINARY[type(node.op)](left, right)
        if isinstance(node, ast.BoolOp):
            both = [_truth(self._value(part, frame)) for part in node.values]
            joined = both[0]
            for part in both[1:]:
                joined = joined & part if isinstance(node.op, ast.And) else joined | part
            return joined
        assert isinstance(node, ast.Compare)
        return self._comparison(node, frame)

    def _comparison(self, node: ast.Compare, frame: pd.DataFrame) -> Any:
        sides = [self._value(part, frame) for part in (node.left, *node.comparators)]
        found: Any = True
        for op, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
            if isinstance(op, (ast.In, ast.NotIn)):
                inside = pd.Series(left).isin(right) if isinstance(left, pd.Series) else left in right
                part: Any = inside if isinstance(op, ast.In) else ~_truth(inside)
            else:
                part = _COMPARE[type(op)](left, right)
            found = part if found is True else _truth(found) & _truth(part)
        return found


def _truth(value: Any) -> Any:
    """`value` as truth: a column of booleans, or one boolean."""
    if isinstance(value, pd.Series):
        if not pd.api.types.is_bool_dtype(value.dtype):
            raise TypeError(f"and, or and not take conditions, not a column of {value.dtype}")
        return value.astype(bool)
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError("and, or and not take conditions")
    return np.bool_(value)


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))
