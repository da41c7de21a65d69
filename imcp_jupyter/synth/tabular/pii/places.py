"""Street addresses in the order and punctuation of the real ones, and names of towns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import numpy.typing as npt

from . import pools
from .maker import Maker, NumberedMaker
from .numbering import Ints, chosen, mixed, permuted, salted
from .profile import shares
from .seen import Cells, RealValues

_STREETS, _TOWNS, _HOUSES = 2_000, 300, 199
_MOST_TOWNS = 4_096
_LEAST = 5
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_FRONT = re.compile(r"\d+[A-Za-z]?(?:[/-]\d+)?(,?) ")
_UNIT = re.compile(r"\b(Apt\.?|Suite|Unit|Flat)\s*\d+")
_POSTCODE = re.compile(r"\b(\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3} \d{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4,6})\b")
_STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA",
    "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN",
    "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
)  # fmt: skip


class AddressMaker(NumberedMaker):
    """`forms`: [style, rows]. A style has an order (front: number first, back, cjk, chome), what stands between street and number, a unit
    word, and what leads to town and postcode ("" where the address ends with the street).
    """

    name = "address"

    def __init__(self, forms: list[list[Any]], streets: list[str], towns: list[str], codes: str, seen: RealValues) -> None:
        super().__init__(seen)
        self._forms = forms
        self._streets = np.array(streets, dtype=object)
        self._towns = np.array(towns, dtype=object)
        self._codes = codes

    @classmethod
    def fit(cls, values: list[str], locale: str, seen: RealValues, real: AbstractSet[str]) -> AddressMaker:
        counts: Counter[tuple[str, ...]] = Counter(tuple(_style(value)) for value in values)
        best = counts.most_common(1)[0][1]
        forms: list[list[Any]] = [[list(style), count] for style, count in counts.most_common(12) if count >= min(_LEAST, best)]
        streets = pools.fresh("street", locale, _STREETS, real)
        towns = pools.fresh("city", locale, _TOWNS, real) if any(style[3] for style, _ in forms) else [""]
        return cls(forms, streets, towns, _code_form(values), seen)

    def spell(self, numbers: Ints, key: int) -> Cells:
        room = len(self._streets) * _HOUSES
        cycle, index = np.divmod(numbers, room)
        index = permuted(index, room, key, cycle)
        street, house = self._streets[index // _HOUSES], index % _HOUSES + 1
        form_of = chosen(numbers // 4, np.array([count for _, count in self._forms], dtype=np.float64), salted(key, "form"))
        spice = mixed(numbers, salted(key, "town"))
        towns = self._towns[(spice % np.uint64(len(self._towns))).astype(np.intp)]
        tails = (spice >> np.uint64(20)).astype(np.int64) >> 3
        cells = np.empty(len(numbers), dtype=object)
        for place, (style, _) in enumerate(self._forms):
            rows = np.flatnonzero(form_of == place)
            parts = zip(
                street[rows].tolist(), house[rows].tolist(), cycle[rows].tolist(), towns[rows].tolist(), tails[rows].tolist(), strict=True
            )
            cells[rows] = [self._address(style, *part) for part in parts]
        return cells

    def state(self) -> dict[str, Any]:
        return {"forms": self._forms, "streets": list(self._streets), "towns": list(self._towns), "codes": self._codes}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> AddressMaker:
        return cls(state["forms"], state["streets"], state["towns"], state["codes"], RealValues(arrays["seen"]))

    def _address(self, style: list[str], street: str, house: int, cycle: int, town: str, spice: int) -> str:
        order, between, unit, tail = style
        if order in ("cjk", "chome"):
            block, number = house % 20 + 1, house // 20 + 1
            further = f"{cycle + 1}" if cycle else f"{spice % 9 + 1}"
            if order == "chome":
                return f"{street}{number}丁目{block}番{further}号" if not cycle else f"{street}{number}丁目{block}番{further}号室"
            return f"{street}{number}-{block}" + (f"-{cycle}" if cycle else "")
        number_text = f"{house}" + (f"/{cycle}" if cycle and not unit else "")
        line = f"{number_text}{between}{street}" if order == "front" else f"{street}{between}{number_text}"
        if unit:
            line += f" {unit} {cycle * 1000 + spice % 900 + 100}"
        if not tail:
            return line
        code = "".join(str(spice // 10**place % 10) if char == "9" else chr(65 + spice // 7 ** (place + 1) % 26) if char == "A" else char
                       for place, char in enumerate(self._codes))  # fmt: skip
        if tail.startswith("state"):
            return f"{line}{tail[5:]}{town}, {_STATES[spice % len(_STATES)]} {code}"
        return f"{line}{tail[4:]}{code} {town}" if tail.startswith("code") else f"{line}{tail[4:]}{town} {code}"


class TownMaker(Maker):
    """Towns by slot: as many and as unevenly spread as the real ones, none of them a real one."""

    name = "town"
    shared = True

    def __init__(self, towns: list[str], slots: list[int]) -> None:
        self._towns = towns
        self._slots = slots
        self._cells = np.repeat(np.array(towns, dtype=object), slots)

    @classmethod
    def fit(cls, counts: npt.NDArray[np.int64], locale: str, real: AbstractSet[str]) -> TownMaker:
        counts = np.sort(counts)[::-1][:_MOST_TOWNS]
        towns = pools.towns(locale, len(counts), real)
        return cls(towns, shares(counts[: len(towns)], min(4 * len(towns), 16_384)))

    def write(self, numbers: Ints, key: int) -> Cells:
        cycle, place = np.divmod(numbers, len(self._cells))
        return np.asarray(self._cells[permuted(place, len(self._cells), key, cycle)], dtype=object)

    def state(self) -> dict[str, Any]:
        return {"towns": self._towns, "slots": self._slots}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> TownMaker:
        return cls(state["towns"], state["slots"])


def _style(value: str) -> list[str]:
    text = value.strip()
    if _CJK.search(text):
        return ["chome" if "丁目" in text and "番" in text else "cjk", "", "", ""]
    unit = _UNIT.search(text)
    front = _FRONT.match(text)
    tail = ""
    newline = "\n" in text
    line, mark, rest = text.partition("\n" if newline else ", ")
    if not newline and front is None and mark and rest[:1].isdigit() and not _POSTCODE.search(rest):
        line, rest = text, ""  # "Via Roma, 12"
    if rest and _POSTCODE.search(rest):
        break_ = "\n" if newline else ", "
        tail = ("state" if re.search(r",? [A-Z]{2} \d{5}", rest) else "code" if rest[:1].isdigit() else "town") + break_
    between = ", " if ((front is not None and front.group(1)) or (front is None and re.search(r", ?\d+", line))) else " "
    return ["front" if front else "back", between, unit.group(1) if unit else "", tail]


def _code_form(values: list[str]) -> str:
    """The commonest form of postcodes in addresses, 9 for a digit and A for a letter."""
    found: Counter[str] = Counter()
    for value in values[:500]:
        codes = _POSTCODE.findall(value)
        if codes:
            found["".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in codes[-1])] += 1
    return found.most_common(1)[0][0] if found else "99999"
