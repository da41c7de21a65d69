"""Numbers with a checksum, vectorised: the body from a number, the check digits from the body.

The rules are those that python-stdnum checks (`stdnum.us.ssn` and so on); each scheme writes a number without separators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from .numbering import Ints

Digits = npt.NDArray[np.int64]  # (n, n_places)

_EPOCH = np.datetime64("1940-01-01")
_DAYS = int((np.datetime64("2000-01-01") - _EPOCH).astype(int))
_CONSONANTS = np.array(list("BCDFGLMNPRSTVZ"))
_MONTHS = np.array(list("ABCDEHLMPRST"))
_DNI = np.array(list("TRWAGMYFPDXBNJZSQVHLCKE"))
_NINO = [a + b for a in "ABCEGHJKLMNOPRSTWXYZ" for b in "ABCEGHJKLMNPRSTWXYZ" if a + b not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")]
_COUNTIES = ["110101", "310101", "440103", "440304", "330106", "320106", "420106", "610113"]
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25,
                 24, 23],
                strict=True))  # fmt: skip
_VERHOEFF_D = np.array([[(i + j) % 5 if i < 5 and j < 5 else 5 + (i + j) % 5 if i < 5 else 5 + (i - j) % 5 if j < 5 else (i - j) % 5
                         for j in range(10)] for i in range(10)])  # fmt: skip
_VERHOEFF_STEP = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


@dataclass(frozen=True)
class Scheme:
    """`write` turns (n,) numbers below `room` into distinct texts."""

    room: int
    write: Callable[[Ints], npt.NDArray[np.str_]]


def text(digits: Digits) -> npt.NDArray[np.str_]:
    """(n,) one text per row."""
    chars = np.array(list("0123456789"))[digits]
    return np.ascontiguousarray(chars).view(f"U{digits.shape[1]}").ravel()


def padded(numbers: Ints, places: int) -> Digits:
    """(n, places) decimal digits with leading zeros."""
    powers = 10 ** np.arange(places - 1, -1, -1, dtype=np.int64)
    return np.asarray(numbers[:, None] // powers % 10)


def luhn(digits: Digits) -> Digits:
    """(n,) the digit that makes the whole valid (ISO/IEC 7812-1, annex B)."""
    turned = digits[:, ::-1]
    doubled = turned[:, ::2] * 2
    return np.asarray(-(np.where(doubled > 9, doubled - 9, doubled).sum(axis=1) + turned[:, 1::2].sum(axis=1)) % 10)


def mod97(body: npt.NDArray[np.str_]) -> Ints:
    """(n,) remainders of texts of digits and capitals (A is 10) by 97 (ISO/IEC 7064)."""
    rest = np.zeros(len(body), dtype=np.int64)
    width = body.dtype.itemsize // 4
    codes = np.ascontiguousarray(body).view(np.uint32).reshape(len(body), width).astype(np.int64)
    for place in range(width):
        value = codes[:, place]
        digit = value < 58
        rest = np.where(digit, rest * 10 + value - 48, rest * 100 + value - 55) % 97
    return rest


def joined(*parts: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return reduce(np.char.add, parts)


def _birth(days: Ints) -> tuple[Ints, Ints, Ints]:
    dates = _EPOCH + days.astype("timedelta64[D]")
    years = dates.astype("datetime64[Y]")
    months = dates.astype("datetime64[M]")
    return years.astype(np.int64) + 1970, (months - years).astype(np.int64) + 1, (dates - months).astype(np.int64) + 1


def _yymmdd(days: Ints) -> Digits:
    year, month, day = _birth(days)
    return np.hstack([padded(year % 100, 2), padded(month, 2), padded(day, 2)])


def _ssn(n: Ints) -> npt.NDArray[np.str_]:
    rest, serial = np.divmod(n, 9999)
    area, group = np.divmod(rest, 99)
    area = np.where(area + 1 >= 666, area + 2, area + 1)
    return text(np.hstack([padded(area, 3), padded(group + 1, 2), padded(serial + 1, 4)]))


def _sin(n: Ints) -> npt.NDArray[np.str_]:
    lead, rest = np.divmod(n, 10**7)
    body = np.hstack([np.array([1, 2, 3, 4, 5, 6, 7, 9])[lead][:, None], padded(rest, 7)])
    return text(np.hstack([body, luhn(body)[:, None]]))


def _eleven(body: Digits, weights: Digits, free: int) -> Digits:
    """`body` with the digit at `free` raised by one where its weighted sum would need the check digit 10."""
    bad = (body @ weights) % 11 == 1
    body[:, free] = np.where(bad, (body[:, free] + 1) % 10, body[:, free])
    return body


def _nhs(n: Ints) -> npt.NDArray[np.str_]:
    weights = np.arange(10, 1, -1)
    body = _eleven(np.hstack([padded(n, 8), np.zeros((len(n), 1), dtype=np.int64)]), weights, 8)
    return text(np.hstack([body, ((11 - body @ weights % 11) % 11)[:, None]]))


def _bsn(n: Ints) -> npt.NDArray[np.str_]:
    weights = np.arange(9, 1, -1)
    body = np.hstack([padded(n + 10**6, 7), np.zeros((len(n), 1), dtype=np.int64)])
    bad = (body @ weights) % 11 == 10
    body[:, 7] = np.where(bad, 1, 0)
    return text(np.hstack([body, (body @ weights % 11)[:, None]]))


def _nino(n: Ints) -> npt.NDArray[np.str_]:
    rest, letter = np.divmod(n, 4)
    prefix, number = np.divmod(rest, 10**6)
    return joined(np.array(_NINO)[prefix], text(padded(number, 6)), np.array(list("ABCD"))[letter])


def _idnr(n: Ints) -> npt.NDArray[np.str_]:
    """Ten digits 1 to 9, one of them twice, then ISO/IEC 7064 mod 11,10."""
    rest, order = np.divmod(n, 40_320)
    twice, pair = np.divmod(rest, 45)
    twice = twice + 1
    pairs = np.array([(a, b) for a in range(10) for b in range(a + 1, 10)])[pair]
    others = np.array([[digit for digit in range(1, 10) if digit != skip] for skip in range(1, 10)])[twice - 1]
    body = np.zeros((len(n), 10), dtype=np.int64)
    rows = np.arange(len(n))
    body[rows, pairs[:, 0]] = twice
    body[rows, pairs[:, 1]] = twice
    free = np.argsort(body != 0, axis=1, kind="stable")[:, :8]
    for place in range(8):
        left = 8 - place
        order, pick = np.divmod(order, left)
        body[rows, free[:, place]] = others[rows, pick]
        others[rows, pick] = others[rows, left - 1]
    check = np.full(len(n), 10)
    for place in range(10):
        total = (check + body[:, place]) % 10
        check = np.where(total == 0, 10, total) * 2 % 11
    return text(np.hstack([body, ((11 - check) % 10)[:, None]]))


def _nir(n: Ints) -> npt.NDArray[np.str_]:
    rest, order = np.divmod(n, 999)
    rest, commune = np.divmod(rest, 989)
    rest, place = np.divmod(rest, 94)
    rest, month = np.divmod(rest, 12)
    sex, year = np.divmod(rest, 100)
    department = np.where(place + 1 >= 20, place + 2, place + 1)  # 20 became 2A and 2B
    columns = [
        padded(sex + 1, 1),
        padded(year, 2),
        padded(month + 1, 2),
        padded(department, 2),
        padded(commune + 1, 3),
        padded(order + 1, 3),
    ]
    body = text(np.hstack(columns))
    return joined(body, text(padded(97 - mod97(body), 2)))


def _dni(n: Ints) -> npt.NDArray[np.str_]:
    return joined(text(padded(n, 8)), _DNI[n % 23])


def _nie(n: Ints) -> npt.NDArray[np.str_]:
    return joined(np.array(list("XYZ"))[n // 10**7], text(padded(n % 10**7, 7)), _DNI[n % 23])


def _fiscal(n: Ints) -> npt.NDArray[np.str_]:
    rest, town = np.divmod(n, 999)
    rest, town_letter = np.divmod(rest, 12)
    rest, sex = np.divmod(rest, 2)
    names, days = np.divmod(rest, _DAYS)
    letters = [_CONSONANTS[names // 14**place % 14] for place in range(6)]
    year, month, day = _birth(days)
    body = joined(
        *letters, text(padded(year % 100, 2)), _MONTHS[month - 1], text(padded(day + 40 * sex, 2)),
        np.array(list("ABCDEFGHILMN"))[town_letter], text(padded(town + 1, 3)),
    )  # fmt: skip
    codes = np.ascontiguousarray(body).view(np.uint32).reshape(len(body), 15)
    odd, even = np.zeros(128, dtype=np.int64), np.zeros(128, dtype=np.int64)
    for char, value in _ODD.items():
        odd[ord(char)] = value
        even[ord(char)] = int(char) if char.isdigit() else ord(char) - 65
    total = odd[codes[:, ::2]].sum(axis=1) + even[codes[:, 1::2]].sum(axis=1)
    return joined(body, np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))[total % 26])


def _rijksregister(n: Ints) -> npt.NDArray[np.str_]:
    days, serial = np.divmod(n, 998)
    body = text(np.hstack([_yymmdd(days), padded(serial + 1, 3)]))
    return joined(body, text(padded(97 - mod97(body), 2)))


def _ahv(n: Ints) -> npt.NDArray[np.str_]:
    body = np.hstack([np.tile([7, 5, 6], (len(n), 1)), padded(n, 9)])
    check = -(body[:, ::2].sum(axis=1) + 3 * body[:, 1::2].sum(axis=1)) % 10
    return text(np.hstack([body, check[:, None]]))


def _personnummer(n: Ints, century: bool = False) -> npt.NDArray[np.str_]:
    days, serial = np.divmod(n, 999)
    body = np.hstack([_yymmdd(days), padded(serial + 1, 3)])
    front = np.tile([1, 9], (len(n), 1)) if century else np.empty((len(n), 0), dtype=np.int64)
    return text(np.hstack([front, body, luhn(body)[:, None]]))


def _pesel(n: Ints) -> npt.NDArray[np.str_]:
    days, serial = np.divmod(n, 10**4)
    body = np.hstack([_yymmdd(days), padded(serial, 4)])
    return text(np.hstack([body, (-(body @ np.array([1, 3, 7, 9, 1, 3, 7, 9, 1, 3])) % 10)[:, None]]))


def _cpf(n: Ints) -> npt.NDArray[np.str_]:
    body = padded(n, 9)
    one = (11 - body @ np.arange(10, 1, -1)) % 11 % 10
    two = (11 - (body @ np.arange(11, 2, -1) + 2 * one)) % 11 % 10
    return text(np.hstack([body, one[:, None], two[:, None]]))


def _aadhaar(n: Ints) -> npt.NDArray[np.str_]:
    lead, rest = np.divmod(n, 10**10)
    body = np.hstack([(lead + 2)[:, None], padded(rest, 10)])
    step = np.arange(10)
    check = np.zeros(len(n), dtype=np.int64)
    for place in range(1, 12):  # Verhoeff 1969: the digits from the right, each through a further power of one permutation
        step = _VERHOEFF_STEP[step]
        check = _VERHOEFF_D[check, step[body[:, 11 - place]]]
    inverse = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])
    return text(np.hstack([body, inverse[check][:, None]]))


def _my_number(n: Ints) -> npt.NDArray[np.str_]:
    body = padded(n, 11)
    return text(np.hstack([body, (-(body @ np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11 % 10)[:, None]]))


def _resident(n: Ints) -> npt.NDArray[np.str_]:
    rest, serial = np.divmod(n, 1000)
    county, days = np.divmod(rest, 5_000)
    year, month, day = _birth(days + _DAYS - 5_000)  # counties change; these had their codes in these years
    digits = np.hstack([padded(year, 4), padded(month, 2), padded(day, 2), padded(serial, 3)])
    body = np.hstack([np.array([[int(char) for char in code] for code in _COUNTIES])[county], digits])
    weights = np.array([pow(2, 17 - place, 11) for place in range(17)])
    check = (1 - body @ weights) % 11
    return joined(text(body), np.array(list("0123456789X"))[check])


SCHEMES: dict[str, Scheme] = {
    "us.ssn": Scheme(898 * 99 * 9999, _ssn),
    "ca.sin": Scheme(8 * 10**7, _sin),
    "gb.nhs": Scheme(10**8, _nhs),
    "gb.nino": Scheme(len(_NINO) * 10**6 * 4, _nino),
    "de.idnr": Scheme(9 * 45 * 40_320, _idnr),
    "fr.nir": Scheme(2 * 100 * 12 * 94 * 989 * 999, _nir),
    "es.dni": Scheme(10**8, _dni),
    "es.nie": Scheme(3 * 10**7, _nie),
    "it.codicefiscale": Scheme(14**6 * _DAYS * 2 * 12 * 999, _fiscal),
    "nl.bsn": Scheme(9 * 10**6, _bsn),
    "be.nn": Scheme(_DAYS * 998, _rijksregister),
    "ch.ssn": Scheme(10**9, _ahv),
    "se.personnummer": Scheme(_DAYS * 999, _personnummer),
    "se.personnummer12": Scheme(_DAYS * 999, lambda n: _personnummer(n, century=True)),
    "pl.pesel": Scheme(_DAYS * 10**4, _pesel),
    "br.cpf": Scheme(10**9 - 1, lambda n: _cpf(n + 1)),
    "in_.aadhaar": Scheme(8 * 10**10, _aadhaar),
    "jp.in_": Scheme(10**11, _my_number),
    "cn.ric": Scheme(8 * 5_000 * 1000, _resident),
}
