"""Fresh identifiers in the format of the real ones: unique over a whole draw, never a real one."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...data.table import Column
from ...errors import InvalidInput
from .dtypes import dtype_of, dtype_state, missing_mark, value_of, value_state
from .features import Discrete, Draw, Feature
from .ragged import pack, unpack

_DIGITS, _UPPER, _LOWER = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_COUNTED = 1 << 40  # index space of the characters that carry the row number; the others are drawn at random
_TEMPLATES = 32
_BACK: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float, "uuid": uuid.UUID}


class IdCodec:
    """One id column.

    Whole numbers that count go on counting. Other ids become templates, one alphabet per position ("AB-0137" is two
    capitals, a dash, four digits); the row number runs through a keyed permutation of the free combinations.
    """

    kind = "id"

    def __init__(self, state: dict[str, Any], taken: list[npt.NDArray[np.int64]]) -> None:
        self.name: str = state["name"]
        self._state = state
        self._taken = taken  # per template, sorted: combinations that real ids use

    @classmethod
    def fit(cls, column: Column) -> tuple[IdCodec, list[Feature]]:
        """The codec, and a gate as its feature where ids are missing. At least one id must be present."""
        name, missing = column.schema.name, column.missing
        present = column.series[~missing]
        state: dict[str, Any] = {
            "name": name,
            "dtype": dtype_state(column.series.dtype, name),
            "mark": value_state(missing_mark(column.series, missing), name),
            "gated": bool(missing.any()),
            "next": None,
            "templates": [],
            "weights": [],
        }
        taken: list[npt.NDArray[np.int64]] = []
        text, state["type"] = _as_text(present, name)
        state["next"] = _counting(text) if state["type"] in ("int", "float") else None
        if state["next"] is None:
            state["templates"], state["weights"], taken = _templates(text, numbers=state["type"] in ("int", "float"))
        gates: list[Feature] = [Discrete(missing.astype(np.int32), 2)] if state["gated"] else []
        return cls(state, taken), gates

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> IdCodec:
        return cls(state, unpack("taken", arrays) if state["templates"] else [])

    @property
    def n_features(self) -> int:
        return int(self._state["gated"])

    def decode(self, parts: list[npt.NDArray[Any]], draw: Draw) -> Any:
        """The column as an array with its dtype. Raises `InvalidInput` when its integer type has no number left."""
        state = self._state
        cells = np.empty(draw.rows, dtype=object)
        mark = value_of(state["mark"])
        index = draw.start + np.arange(draw.rows, dtype=np.int64)
        if state["next"] is not None:
            first, step = state["next"]
            cells[:] = [first + step * row for row in index.tolist()]
        else:
            back = _BACK[state["type"]]
            text = self._spell(index, draw)
            cells[:] = text if back is str else [back(item) for item in text]
        if parts:
            cells[parts[0] == 1] = mark
        try:
            return pd.Series(cells, dtype=dtype_of(state["dtype"])).array
        except (OverflowError, ValueError, TypeError):
            raise InvalidInput(
                f"column '{self.name}' of type '{state['dtype']['name']}' has no room for {draw.start + draw.rows} new ids",
                field=self.name,
                hint="store the ids in a wider type, such as int64",
            ) from None

    def state(self) -> dict[str, Any]:
        return self._state

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return pack("taken", self._taken, np.int64) if self._state["templates"] else {}

    def _spell(self, index: npt.NDArray[np.int64], draw: Draw) -> list[str]:
        """One id per row. A row whose template has no combination left takes the first longer one that has."""
        weights = np.cumsum(self._state["weights"])
        choice = np.minimum(np.searchsorted(weights, draw.rng.random(draw.rows) * weights[-1], side="right"), len(weights) - 1)
        rooms = np.array([_room(template) - len(taken) for template, taken in zip(self._state["templates"], self._taken, strict=True)])
        longer = int(np.flatnonzero(np.array(self._state["weights"]))[-1]) + 1
        choice = np.where(index < rooms[choice], choice, longer + np.searchsorted(rooms[longer:], index, side="right"))
        spelled = np.empty(draw.rows, dtype=object)
        for number in np.unique(choice):
            rows = np.flatnonzero(choice == number)
            spelled[rows] = _write(self._state["templates"][number], self._taken[number], index[rows], draw)
        return list(spelled)


def _as_text(present: pd.Series, name: str) -> tuple[list[str], str]:
    """The ids as text and the type to turn new ones into."""
    first = present.iloc[0]
    if isinstance(first, str):
        return [str(value) for value in present], "str"
    if isinstance(first, uuid.UUID):
        return [str(value) for value in present], "uuid"
    if isinstance(first, (int, np.integer)) and not isinstance(first, (bool, np.bool_)):
        return [str(int(value)) for value in present], "int"
    if isinstance(first, (float, np.floating)) and all(float(value).is_integer() for value in present):
        return [str(int(value)) for value in present], "float"
    raise InvalidInput(
        f"column '{name}' of type {type(first).__name__} cannot be an id",
        field=name,
        hint="ids are text or whole numbers: give another kind",
    )


def _counting(text: list[str]) -> list[int] | None:
    """[next number, step] if the numbers count in one step, whatever their order."""
    numbers = sorted(int(item) for item in text)
    if len(numbers) == 1:
        return [numbers[0] + 1, 1]
    step = numbers[1] - numbers[0]
    if step <= 0 or any(high - low != step for low, high in pairwise(numbers)):
        return None
    return [numbers[-1] + step, step]


def _templates(text: list[str], numbers: bool) -> tuple[list[list[str]], list[int], list[npt.NDArray[np.int64]]]:
    """Alphabets by position for the commonest shapes, their row counts, and the combinations that real ids use.

    The last templates, of weight 0, are the commonest with ever more digits appended, up to enough for any number of rows.
    """
    groups: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for item in dict.fromkeys(text):
        groups[(len(item), *((place, char) for place, char in enumerate(item) if not char.isalnum()))].append(item)
    common = sorted(groups.values(), key=lambda items: (-len(items), len(items[0]), items[0]))[:_TEMPLATES]
    templates = [_alphabets(items, numbers) for items in common]
    weights = [len(items) for items in common]
    longer = _lengthened(templates[0], {len(item) for item in text})
    templates += longer
    weights += [0] * len(longer)
    taken = [np.unique([_combination(template, item) for item in text if _fits(template, item)]).astype(np.int64) for template in templates]
    return templates, weights, taken


def _alphabets(items: list[str], numbers: bool) -> list[str]:
    """The alphabet of every position: its one character where all ids share it, else the classes seen there."""
    hexadecimal = len(items[0]) >= 8 and not numbers and _only(items, "0123456789abcdef")
    found: list[str] = []
    for place in range(len(items[0])):
        seen = {item[place] for item in items}
        if len(seen) == 1 and (len(items) > 1 or not seen <= set(_DIGITS)):
            found.append(seen.pop())
        elif len(items) >= 20 * len(seen):  # with so many ids every character that can stand here has been seen
            found.append("".join(sorted(seen)))
        elif hexadecimal:
            found.append("0123456789abcdef")
        else:
            classes = [chars for chars in (_DIGITS, _UPPER, _LOWER) if seen & set(chars)]
            found.append("".join(classes) + "".join(sorted(seen - set("".join(classes)))))
    lead = int(found[0] == "-")
    if numbers and len(found) > lead + 1:
        found[lead] = found[lead].replace("0", "")  # a leading zero would spell a shorter number
    return found


def _only(items: list[str], chars: str) -> bool:
    letters = {char for item in items for char in item if char.isalnum()}
    return letters <= set(chars) and bool(letters & set("abcdef")) and bool(letters & set(_DIGITS))


def _lengthened(template: list[str], lengths: set[int]) -> list[list[str]]:
    """`template` with one, two … further digits, without those as long as a real id (they could spell another template's)."""
    longer: list[list[str]] = []
    wide = template
    while not longer or _room(wide) < _COUNTED // 10:
        wide = [*wide, _DIGITS]
        if len(wide) not in lengths:
            longer.append(wide)
    return longer


def _counted_places(template: list[str]) -> list[int]:
    """Positions, from the right, whose combinations carry the row number."""
    places: list[int] = []
    room = 1
    for place in range(len(template) - 1, -1, -1):
        if len(template[place]) > 1:
            if room * len(template[place]) > _COUNTED:
                break
            room *= len(template[place])
            places.append(place)
    return places


def _room(template: list[str]) -> int:
    room = 1
    for place in _counted_places(template):
        room *= len(template[place])
    return room


def _fits(template: list[str], item: str) -> bool:
    return len(item) == len(template) and all(char in chars for char, chars in zip(item, template, strict=True))


def _combination(template: list[str], item: str) -> int:
    code, scale = 0, 1
    for place in _counted_places(template):
        code += template[place].index(item[place]) * scale
        scale *= len(template[place])
    return code


def _write(template: list[str], taken: npt.NDArray[np.int64], index: npt.NDArray[np.int64], draw: Draw) -> npt.NDArray[Any]:
    """The ids number `index` of `template`, as objects."""
    free = _permuted(index, _room(template) - len(taken), draw.key)
    # The k-th free combination is k plus the number of taken ones below it.
    free = free + np.searchsorted(taken - np.arange(len(taken)), free, side="right")
    letters = np.empty((len(index), len(template)), dtype="U1")
    counted = set(_counted_places(template))
    for place in _counted_places(template):
        alphabet = np.array(list(template[place]))
        letters[:, place] = alphabet[free % len(alphabet)]
        free = free // len(alphabet)
    for place, chars in enumerate(template):
        if place not in counted:
            alphabet = np.array(list(chars))
            letters[:, place] = alphabet[draw.rng.integers(len(alphabet), size=len(index))] if len(alphabet) > 1 else chars
    return np.ascontiguousarray(letters).view(f"U{len(template)}").ravel().astype(object)


def _permuted(index: npt.NDArray[np.int64], room: int, key: int) -> npt.NDArray[np.int64]:
    """A keyed permutation of 0..room-1: a four-round Feistel network over the next even power of two, walked in cycles
    until the value lies inside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    half = max((max(room - 1, 1).bit_length() + 1) // 2, 1)
    mask = np.uint64((1 << half) - 1)
    keys = np.random.SeedSequence(key).generate_state(4, dtype=np.uint64)
    value = index.astype(np.uint64)
    outside = np.arange(len(value))
    while len(outside):
        left, right = value[outside] >> np.uint64(half), value[outside] & mask
        for part in keys:
            mixed = (right + part) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
            mixed *= np.uint64(0xBF58476D1CE4E5B9)
            left, right = right, left ^ ((mixed >> np.uint64(32)) & mask)
        value[outside] = (left << np.uint64(half)) | right
        outside = outside[value[outside] >= np.uint64(room)]
    return value.astype(np.int64)
