"""Numbers with a checksum or a strict build: payment cards, bank accounts, national ids, VAT, vehicles, devices.

The checks are python-stdnum's (https://arthurdejong.org/python-stdnum/).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

_SEPARATORS = str.maketrans("", "", " -./·")
# ISO/IEC 7812 issuer prefixes and lengths of the brands.
_BRANDS = (
    re.compile(r"4(?:\d{12}|\d{15}|\d{18})"),  # Visa
    re.compile(r"(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))\d+"),  # Mastercard
    re.compile(r"3[47]\d{13}"),  # American Express
    re.compile(r"3(?:0[0-5]|[68])\d{11,16}"),  # Diners Club
    re.compile(r"6(?:011|5|4[4-9])\d+"),  # Discover
    re.compile(r"35(?:2[89]|[3-8]\d)\d{12}"),  # JCB
    re.compile(r"62\d{14,17}"),  # UnionPay
    re.compile(r"(?:5018|5020|5038|5[6-8]|6304|6759|676[1-3])\d{8,15}"),  # Maestro
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VAT = re.compile(r"[A-Z]{2}[A-Z0-9]{7,13}")
# National Insurance number: prefixes that HMRC does not use are left out (HMRC manual NIM39110).
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")

# Numberings of people: module of python-stdnum, form without separators, and whether a number of this form rarely fits by chance or
# is written so that it is not any number.
SCHEMES: dict[str, tuple[re.Pattern[str], bool]] = {
    "us.ssn": (re.compile(r"\d{9}"), False),
    "it.codicefiscale": (re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]"), True),
    "fr.nir": (re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}"), True),
    "es.dni": (re.compile(r"\d{8}[A-Z]"), True),
    "es.nie": (re.compile(r"[XYZ]\d{7}[A-Z]"), True),
    "gb.nino": (_NINO, True),
    "cn.ric": (re.compile(r"\d{17}[\dX]"), True),
    "ch.ssn": (re.compile(r"756\d{10}"), True),
    "de.idnr": (re.compile(r"[1-9]\d{10}"), True),
    "br.cpf": (re.compile(r"\d{11}"), True),
    "be.nn": (re.compile(r"\d{11}"), True),
    "pl.pesel": (re.compile(r"\d{11}"), True),
    "in_.aadhaar": (re.compile(r"[2-9]\d{11}"), True),
    "jp.in_": (re.compile(r"\d{12}"), True),
    "se.personnummer": (re.compile(r"\d{10}|\d{12}"), True),
    "gb.nhs": (re.compile(r"\d{10}"), True),
    "nl.bsn": (re.compile(r"\d{9}"), True),
    "ca.sin": (re.compile(r"[1-79]\d{8}"), True),
}
LOCALE_OF_SCHEME = {
    "us.ssn": "en_US", "it.codicefiscale": "it_IT", "fr.nir": "fr_FR", "es.dni": "es_ES", "es.nie": "es_ES", "gb.nino": "en_GB",
    "cn.ric": "zh_CN", "ch.ssn": "de_DE", "de.idnr": "de_DE", "br.cpf": "pt_BR", "be.nn": "nl_NL", "pl.pesel": "pl_PL",
    "in_.aadhaar": "en_IN", "jp.in_": "ja_JP", "se.personnummer": "sv_SE", "gb.nhs": "en_GB", "nl.bsn": "nl_NL", "ca.sin": "en_US",
}  # fmt: skip


def compact(value: str) -> str:
    """`value` without separators, in capitals."""
    return value.strip().translate(_SEPARATORS).upper()


def is_card(value: str) -> bool:
    """12 to 19 digits that begin like a brand's and whose Luhn check holds."""
    digits = value.strip().translate(_SEPARATORS)
    if not (12 <= len(digits) <= 19 and digits.isascii() and digits.isdigit()):
        return False
    return any(brand.fullmatch(digits) for brand in _BRANDS) and bool(_module("luhn").is_valid(digits))


def is_iban(value: str) -> bool:
    code = compact(value)
    return _IBAN.fullmatch(code) is not None and bool(_module("iban").is_valid(code))


def is_bic(value: str) -> bool:
    code = value.strip().upper()
    return _BIC.fullmatch(code) is not None and bool(_module("bic").is_valid(code))


def is_vin(value: str) -> bool:
    """17 characters whose check digit holds (49 CFR 565; European numbers need not have one)."""
    code = value.strip().upper()
    return _VIN.fullmatch(code) is not None and not code.isdigit() and vin_check(code) == code[8]


def has_vin_form(value: str) -> bool:
    return _VIN.fullmatch(value.strip().upper()) is not None


def is_vat(value: str) -> bool:
    code = compact(value)
    return _VAT.fullmatch(code) is not None and bool(_module("eu.vat").is_valid(code))


def is_imei(value: str) -> bool:
    digits = compact(value)
    return len(digits) == 15 and digits.isdigit() and bool(_module("luhn").is_valid(digits))


def follows(scheme: str, value: str) -> bool:
    """Whether `value` is a number of `scheme`."""
    code = compact(value)
    if SCHEMES[scheme][0].fullmatch(code) is None:
        return False
    return scheme == "gb.nino" or bool(_module(scheme).is_valid(code))


_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_value(char: str) -> int:
    """The number that stands for a character of a vehicle id (49 CFR 565.15, table III)."""
    return int(char) if char.isdigit() else _VIN_VALUES[char]


def vin_check(code: str) -> str:
    rest = sum(weight * vin_value(char) for weight, char in zip(VIN_WEIGHTS, code, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")
