"""Codes without a checksum: phone numbers, passports, plates, record numbers. Shapes, common beginnings and alphabets are kept."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from .maker import NumberedMaker
from .numbering import Ints, chosen, mixed, permuted, salted
from .seen import Cells, RealValues

_DIGITS, _LOWER, _UPPER, _HEX = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789abcdef"
_SHAPES = 32
_LEAST = 5  # values that must share a beginning, or a character at its place, before it is kept
_FREE = 5  # places at the end that are always made anew
_COMMON_SHARE = 0.8  # of the values that must have a common beginning of some length
_BEGINNINGS = 200
_CHECKED = 8  # shapes whose beginnings are tried for validity
_TRIALS = 12
_ROOM = 64  # numbers of a shape for each real value of it
_COUNTED = 1 << 60  # index space of one shape


@dataclass(frozen=True)
class Shape:
    """One alphabet per place behind the beginnings, which all have the same length."""

    beginnings: list[str]
    begin_rows: list[int]
    alphabets: list[str]
    rows: int

    @property
    def room(self) -> int:
        room = 1
        for chars in self.alphabets:
            room = min(room * len(chars), _COUNTED)
        return room


class PatternMaker(NumberedMaker):
    name = "pattern"

    def __init__(self, shapes: list[Shape], seen: RealValues) -> None:
        super().__init__(seen)
        self._shapes = shapes

    @classmethod
    def fit(
        cls,
        values: list[str],
        seen: RealValues,
        numbers: bool = False,
        kept: Callable[[str], int] = lambda value: 0,
        valid: Callable[[str], bool] | None = None,
    ) -> PatternMaker:
        """Shapes of the distinct `values`. `numbers`: they are whole numbers and must not begin with 0. `kept`: how many characters at the
        front say nothing of a person (a country's code). `valid`: a test that most real values pass, and that most fakes then do.
        """
        groups: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for value in values:
            marks = tuple((place, char) for place, char in enumerate(value) if not char.isalnum())
            groups[(len(value), value[: kept(value)], *marks)].append(value)
        common = sorted(groups.values(), key=lambda items: (-len(items), len(items[0]), items[0]))[:_SHAPES]
        if len(common) > 1 and len(common[0]) >= _LEAST:
            common = [items for items in common if len(items) >= _LEAST]
        letters = "".join(sorted({char for value in values for char in value if char.isalpha() and not char.isascii()}))
        shapes = [_shape(items, numbers, letters, kept(items[0])) for items in common]
        if valid is not None:
            shapes = [_valid_shape(shape, valid) for shape in shapes[:_CHECKED]] + shapes[_CHECKED:]
        return cls(shapes, seen)

    def spell(self, numbers: Ints, key: int) -> Cells:
        """A number beyond the room of its shape gets further digits at the end, and so a length that no shape has."""
        weights = np.array([shape.rows for shape in self._shapes], dtype=np.float64)
        shape_of = chosen(numbers // 4, weights, salted(key, "shape"))
        cells = np.empty(len(numbers), dtype=object)
        longest = max(len(shape.beginnings[0]) + len(shape.alphabets) for shape in self._shapes)
        for place, shape in enumerate(self._shapes):
            rows = np.flatnonzero(shape_of == place)
            if not len(rows):
                continue
            cycle, index = np.divmod(numbers[rows], shape.room)
            begin = chosen(numbers[rows], np.array(shape.begin_rows, dtype=np.float64), salted(key, f"begin {place}"))
            cells[rows] = _written(shape, permuted(index, shape.room, salted(key, f"rest {place}"), cycle), begin)
            for row, turn in zip(rows[cycle > 0], cycle[cycle > 0].tolist(), strict=True):
                further = f"{place}{turn}{len(str(turn))}"
                cells[row] += further.rjust(longest + 1 - len(cells[row]), "0")
        return cells

    def state(self) -> dict[str, Any]:
        return {"shapes": [[shape.beginnings, shape.begin_rows, shape.alphabets, shape.rows] for shape in self._shapes]}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> PatternMaker:
        return cls([Shape(*parts) for parts in state["shapes"]], RealValues(arrays["seen"]))


def _shape(items: list[str], numbers: bool, letters: str, kept: int) -> Shape:
    size = len(items[0])
    length, beginnings = _common_beginnings(items)
    if length < kept:
        length, beginnings = kept, {items[0][:kept]: len(items)}
    hexadecimal = size >= 8 and all(char in "0123456789abcdefABCDEF" for item in items for char in item if char.isalnum())
    alphabets: list[str] = []
    for place in range(length, size):
        seen = {item[place] for item in items}
        if len(seen) == 1 and (len(items) >= _LEAST or not next(iter(seen)).isalnum()):
            alphabets.append(seen.pop())
        elif len(items) >= 20 * len(seen):
            alphabets.append("".join(sorted(seen)))
        else:
            alphabets.append(_classes(seen, hexadecimal and any(char.isalpha() for item in items for char in item), letters))
    if not any(len(chars) > 1 for chars in alphabets) or (length == 0 and all(len(chars) == 1 for chars in alphabets[: size - 1])):
        alphabets = [_classes({item[place] for item in items}, hexadecimal, letters) for place in range(length, size)]
    alphabets = _roomy(alphabets, len(items))
    if numbers and length == 0 and len(alphabets) > 1:
        alphabets[0] = alphabets[0].replace("0", "") or "1"
    return Shape(list(beginnings) or [""], list(beginnings.values()) or [1], alphabets, len(items))


def _roomy(alphabets: list[str], items: int) -> list[str]:
    """`alphabets` with digits that all values share freed from the right, until there is room for many times as many values."""
    free = list(alphabets)
    for place in range(len(free) - 1, -1, -1):
        if math.prod(len(chars) for chars in free) >= _ROOM * items:
            break
        if all(char.isdigit() for char in free[place]):
            free[place] = _DIGITS
    return free


def _common_beginnings(items: list[str]) -> tuple[int, dict[str, int]]:
    """The longest length at which most values begin like some others do, and these beginnings with their rows."""
    size = len(items[0])
    free = 0
    most = size
    while most > 0 and free < _FREE:
        most -= 1
        free += items[0][most].isalnum()
    if free < _FREE:
        return 0, {}
    for length in range(most, 0, -1):
        counts = Counter(item[:length] for item in items)
        kept = {begin: count for begin, count in counts.most_common(_BEGINNINGS) if count >= _LEAST}
        if kept and sum(kept.values()) >= _COMMON_SHARE * len(items):
            return length, kept
    return 0, {}


def _classes(seen: set[str], hexadecimal: bool, letters: str) -> str:
    if hexadecimal and seen <= set(_HEX):
        return _HEX
    if hexadecimal and seen <= set(_HEX.upper()):
        return _HEX.upper()
    found = "".join(chars for chars in (_DIGITS, _UPPER, _LOWER) if seen & set(chars))
    if any(char.isalpha() and not char.isascii() for char in seen):
        found += letters
    return found + "".join(sorted(char for char in seen if char not in found and not char.isalnum())) or _DIGITS


def _valid_shape(shape: Shape, valid: Callable[[str], bool]) -> Shape:
    """`shape` with the beginnings that lead to valid values: the real ones, else those by three further digits that do."""
    keep = [(begin, rows) for begin, rows in zip(shape.beginnings, shape.begin_rows, strict=True) if _leads(begin, shape, valid, _TRIALS)]
    if keep:
        return Shape([begin for begin, _ in keep], [rows for _, rows in keep], shape.alphabets, shape.rows)
    places = [place for place, chars in enumerate(shape.alphabets) if len(chars) > 1][:3]
    if len(places) < 3 or sum(len(chars) > 1 for chars in shape.alphabets) < len(places) + _FREE - 1:
        return shape
    end = places[-1] + 1
    found = Shape(shape.beginnings, shape.begin_rows, shape.alphabets[end:], shape.rows)
    longer = [shape.beginnings[0] + "".join(chars) for chars in product(*shape.alphabets[:end])]
    leading = [begin for begin in longer if _leads(begin, found, valid, 2)]
    return Shape(leading, [1] * len(leading), found.alphabets, shape.rows) if leading else shape


def _leads(begin: str, shape: Shape, valid: Callable[[str], bool], trials: int) -> bool:
    """Whether at least half of some completions of `begin` are valid."""
    index = (mixed(np.arange(trials, dtype=np.int64), 0x7E5) % np.uint64(shape.room)).astype(np.int64)
    tails = Shape([""], [1], shape.alphabets, 1)
    cells = _written(tails, index, np.zeros(trials, dtype=np.intp))
    return 2 * sum(valid(begin + cell) for cell in cells) >= trials


def _written(shape: Shape, index: Ints, begin: npt.NDArray[np.intp]) -> Cells:
    """(n,) texts: the digits of `index` in the mixed base of the alphabets behind the chosen beginnings."""
    letters = np.empty((len(index), len(shape.alphabets)), dtype="U1")
    rest = index
    for place in range(len(shape.alphabets) - 1, -1, -1):
        chars = shape.alphabets[place]
        if len(chars) == 1:
            letters[:, place] = chars
            continue
        letters[:, place] = np.array(list(chars))[rest % len(chars)]
        rest = rest // len(chars)
    out = np.empty(len(index), dtype=object)
    out[:] = np.ascontiguousarray(letters).view(f"U{len(shape.alphabets)}").ravel().tolist() if shape.alphabets else ""
    if shape.beginnings != [""]:
        out[:] = [head + tail for head, tail in zip(np.array(shape.beginnings, dtype=object)[begin], out, strict=True)]
    return out
