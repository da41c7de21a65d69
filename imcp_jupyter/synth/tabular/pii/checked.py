"""Payment cards, bank accounts, national ids, vehicle and device numbers: made with valid check digits, in the real layout."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from ....data.pii import codes
from ....errors import InvalidInput
from .maker import NumberedMaker
from .numbering import Ints, chosen, mixed, permuted, salted
from .schemes import SCHEMES, joined, luhn, mod97, padded, text
from .seen import Cells, RealValues

_LEAST = 5  # rows of a maker of vehicles, or of a layout, before it is kept
# Beginnings that tell the brand of a card, none of them the beginning of another; what follows names the bank, and is made anew.
_CARD_BEGINNINGS = (
    "4", "51", "52", "53", "54", "55", "23", "24", "25", "26", "34", "37", "300", "301", "302", "303", "304", "305", "36", "38",
    "6011", "65", "644", "645", "646", "647", "648", "649", "353", "354", "355", "356", "357", "62", "5018", "5020", "5038", "56",
    "57", "58", "6304", "6759", "6761", "6762", "6763",
)  # fmt: skip
_VIN_CHARS = np.array(list("0123456789ABCDEFGHJKLMNPRSTUVWXYZ"))
_VIN_YEARS = np.array(list("123456789ABCDEFGHJKLMNPRSTVWXY"))
_VIN_MAKERS = ("1HG", "1FT", "2T1", "3VW", "WVW", "WBA", "VF1", "ZFA", "JTD", "JHM", "KMH", "YV1")
_BELGIAN_BANKS = np.array(["001", "063", "096", "220", "310", "363", "734"])
_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_FIXED = 17  # digits of an account that come from its number; any before them follow from these


class CheckedMaker(NumberedMaker):
    """`forms`: [what to write, its detail, rows]; `layouts`: by length, [separators by place, rows]."""

    name = "checked"

    def __init__(self, forms: list[list[Any]], layouts: dict[str, list[list[Any]]], lower: bool, field: str, seen: RealValues) -> None:
        super().__init__(seen)
        self._forms = forms
        self._layouts = layouts
        self._lower = lower
        self._field = field

    @classmethod
    def fit(
        cls, kind: str, values: list[str], rows: npt.NDArray[np.int64], scheme: str | None, field: str, seen: RealValues
    ) -> CheckedMaker | None:
        """For the distinct `values` and their `rows`; None where their numbering is not known here."""
        counts: Counter[tuple[str, str]] = Counter()
        for value, count in zip(values, rows.tolist(), strict=True):
            form = _form(kind, codes.compact(value), scheme)
            if form is not None:
                counts[form] += count
        if not counts:
            return None
        kept = [item for item in counts.most_common(60) if item[1] >= _LEAST or item[0][0] != "vin"]
        if not kept:  # every maker of vehicles is rare here, and would tell
            kept = [(("vin", maker), 1) for maker in _VIN_MAKERS]
        forms = [[name, detail, count] for (name, detail), count in kept]
        lower = sum(value.islower() for value in values) > len(values) / 2
        return cls(forms, _layouts(values), lower, field, seen)

    def spell(self, numbers: Ints, key: int) -> Cells:
        rooms = np.array([_room(name, detail) for name, detail, _ in self._forms], dtype=np.float64)
        form_of = chosen(numbers // 4, np.array([count for _, _, count in self._forms], dtype=np.float64), salted(key, "form"))
        form_of = np.where(numbers < rooms[form_of], form_of, int(np.argmax(rooms)))
        if len(numbers) and numbers.max() >= rooms.max():
            raise InvalidInput(
                f"column '{self._field}': there are only {int(rooms.max()) // 4:,} valid new numbers of its kind",
                field=self._field,
                hint="draw fewer rows, or treat the column as 'other'",
            )
        cells = np.empty(len(numbers), dtype=object)
        for place, (name, detail, _) in enumerate(self._forms):
            own = np.flatnonzero(form_of == place)
            if len(own):
                index = permuted(numbers[own], int(rooms[place]), salted(key, f"{name} {detail}"))
                cells[own] = self._laid_out(_write(name, detail, index), numbers[own], key)
        return cells

    def state(self) -> dict[str, Any]:
        return {"forms": self._forms, "layouts": self._layouts, "lower": self._lower, "field": self._field}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> CheckedMaker:
        return cls(state["forms"], state["layouts"], state["lower"], state["field"], RealValues(arrays["seen"]))

    def _laid_out(self, written: npt.NDArray[np.str_], numbers: Ints, key: int) -> Cells:
        plain: list[str] = written.tolist()
        if self._lower:
            plain = [code.lower() for code in plain]
        out = np.empty(len(plain), dtype=object)
        out[:] = plain
        layouts = self._layouts.get(str(written.dtype.itemsize // 4))
        if not layouts:
            return out
        layout_of = chosen(numbers // 4, np.array([count for _, count in layouts], dtype=np.float64), salted(key, "layout"))
        for place, (separators, _) in enumerate(layouts):
            rows = np.flatnonzero(layout_of == place)
            if len(rows) and separators:
                pieces = _pieces(separators)
                out[rows] = [pieces(code) for code in out[rows]]
        return out


def _form(kind: str, code: str, scheme: str | None) -> tuple[str, str] | None:
    if kind == "payment_card":
        begin = next((begin for begin in _CARD_BEGINNINGS if code.startswith(begin)), None)
        return ("card", f"{begin} {len(code)}") if begin and code.isdigit() and 12 <= len(code) <= 19 else None
    if kind == "iban":
        kinds = "".join("n" if char.isdigit() else "a" for char in code[4:])
        return ("iban", f"{code[:2]} {kinds}") if codes.is_iban(code) else None
    if kind == "vehicle_id":
        return ("vin", code[:3]) if codes.has_vin_form(code) else None
    if kind == "device_id":
        return ("imei", "") if codes.is_imei(code) else None
    if kind == "national_id" and scheme in codes.SCHEMES and codes.follows(scheme, code):
        return ("scheme", scheme + ("12" if scheme == "se.personnummer" and len(code) == 12 else ""))
    return None


def _room(name: str, detail: str) -> int:
    if name == "card":
        begin, size = detail.split()
        return int(10 ** (int(size) - len(begin) - 1))
    if name == "iban":
        return int(10 ** min(_free_places(detail), _FIXED))
    if name == "vin":
        return 33**5 * 30 * 33 * 10**6
    if name == "imei":
        return 10**12
    return SCHEMES[detail].room


def _write(name: str, detail: str, index: Ints) -> npt.NDArray[np.str_]:
    if name == "card":
        begin, size = detail.split()
        return _with_luhn(begin, index, int(size) - 1)
    if name == "imei":
        return _with_luhn("35", index, 14)
    if name == "iban":
        country, kinds = detail.split()
        return _iban(country, kinds, index)
    if name == "vin":
        return _vin(detail, index)
    return SCHEMES[detail].write(index)


def _with_luhn(begin: str, index: Ints, size: int) -> npt.NDArray[np.str_]:
    front = np.tile([int(char) for char in begin], (len(index), 1))
    body = np.hstack([front, padded(index, size - len(begin))])
    return text(np.hstack([body, luhn(body)[:, None]]))


def _free_places(detail: str) -> int:
    country, kinds = detail.split()
    return len(kinds) - {"ES": 2, "BE": 5, "NO": 2, "ME": 2}.get(country, 0)


def _iban(country: str, kinds: str, index: Ints) -> npt.NDArray[np.str_]:
    """Check digits by ISO 13616; the national ones too where they are checked (`stdnum.es.ccc`, `be.iban`, `no.kontonr`, `me.iban`)."""
    places = _free_places(f"{country} {kinds}")
    digits = np.zeros((len(index), places), dtype=np.int64)
    digits[:, max(places - _FIXED, 0) :] = padded(index, min(places, _FIXED))
    if places > _FIXED:  # what does not fit the index must not look like it
        more = places - _FIXED
        digits[:, :more] = padded((mixed(index, 1) % np.uint64(10**more)).astype(np.int64), more)
    if country == "ES":
        powers = 2 ** np.arange(10)
        one, two = (np.hstack([np.zeros((len(index), 2), dtype=np.int64), digits[:, :8]]) @ powers % 11, digits[:, 8:] @ powers % 11)
        checks = np.stack([np.where(sums < 2, sums, 11 - sums) for sums in (one, two)], axis=1)
        body = text(np.hstack([digits[:, :8], checks, digits[:, 8:]]))
    elif country == "BE":
        body = joined(_BELGIAN_BANKS[index % len(_BELGIAN_BANKS)], text(digits))
        rest = mod97(body)
        body = joined(body, text(padded(np.where(rest == 0, 97, rest), 2)))
    elif country == "NO":
        weights = np.array([6, 7, 8, 9, 4, 5, 6, 7, 8])
        check = digits @ weights % 11
        extra = np.where(check == 10, 1, 0)  # the tenth digit weighs 9
        body = text(np.hstack([digits, extra[:, None], ((check + 9 * extra) % 11)[:, None]]))
    elif country == "ME":
        front = text(digits)
        body = joined(front, text(padded(98 - mod97(joined(front, np.full(len(index), "00"))), 2)))
    else:
        columns = [_LETTERS[digits[:, place]] if kind == "a" else text(digits[:, [place]]) for place, kind in enumerate(kinds)]
        body = joined(*columns)
    check = 98 - mod97(joined(body, np.full(len(index), f"{country}00")))
    return joined(np.full(len(index), country), text(padded(check, 2)), body)


def _vin(maker: str, index: Ints) -> npt.NDArray[np.str_]:
    serial, rest = index % 10**6, index // 10**6
    plant, rest = _VIN_CHARS[rest % 33], rest // 33
    year, rest = _VIN_YEARS[rest % 30], rest // 30
    section = []
    for _ in range(5):
        section.append(_VIN_CHARS[rest % 33])
        rest = rest // 33
    front = joined(np.full(len(index), maker), *section)
    back = joined(year, plant, text(padded(serial, 6)))
    whole = np.ascontiguousarray(joined(front, np.full(len(index), "0"), back)).view("U1").reshape(len(index), 17)
    values = np.zeros(128, dtype=np.int64)
    for char in _VIN_CHARS:
        values[ord(char)] = codes.vin_value(str(char))
    check = values[whole.view(np.uint32).astype(np.int64)] @ np.array(codes.VIN_WEIGHTS) % 11
    return joined(front, np.array(list("0123456789X"))[check], back)


def _layouts(values: list[str]) -> dict[str, list[list[Any]]]:
    """By number of characters: which separators stand before which of them, commonest first."""
    counts: dict[str, Counter[tuple[tuple[int, str], ...]]] = {}
    for value in values:
        found: list[tuple[int, str]] = []
        place = 0
        for char in value.strip():
            if char.isalnum():
                place += 1
            else:
                found.append((place, char))
        counts.setdefault(str(place), Counter())[tuple(found)] += 1
    kept: dict[str, list[list[Any]]] = {}
    for size, layouts in counts.items():
        best = layouts.most_common(1)[0][1]
        kept[size] = [[[list(part) for part in layout], count] for layout, count in layouts.most_common(8) if count >= min(_LEAST, best)]
    return kept


def _pieces(separators: list[list[Any]]) -> Any:
    def lay(code: str) -> str:
        parts: list[str] = []
        at = 0
        for place, mark in separators:
            parts += (code[at:place], mark)
            at = place
        return "".join((*parts, code[at:]))

    return lay
