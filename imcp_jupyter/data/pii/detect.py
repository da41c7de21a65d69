"""Find the columns of personal data in a frame. Reads distinct values of a capped sample; keeps none of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

import pandas as pd

from ...models.pii import HIPAA, QUASI_KINDS, PiiFinding, PiiKind
from . import codes, forms, people, phones
from .context import kind_by_name, may_name_a_person
from .sample import Sample, sample_of

CONFIDENT = 0.5  # from here a finding is acted on without being asked
_LEAST = 0.2  # share of the cells from which a column holds what its cells look like
_MOSTLY = 0.8  # the same for what also other things look like now and then
_NAMED = 0.5  # share of the cells whose form must go with what the column's name says
_SEVERAL = 5  # distinct values that a weak checksum needs without help from the name
_PHONES = 200  # distinct values that are parsed as phone numbers, which takes long
_COMMON_NAMES = 0.25  # share of names in the lists that tells people without help from the column's name
_SOME_NAMES = 0.04  # the same where the column's name leaves people open

Found = tuple[str, list[bool], float, str | None]  # kind, which values match, confidence, scheme

# Forms so strict that they tell a column by themselves.
_STRICT: tuple[tuple[str, Callable[[str], bool], Callable[[str], bool]], ...] = (
    ("email", lambda value: "@" in value, forms.is_email),
    ("profile_url", lambda value: value[:4].casefold() == "http", forms.is_user_url),
    ("ip_address", lambda value: value.count(".") == 3 or value.count(":") >= 2, forms.is_ip),
    ("mac_address", lambda value: len(value) in (14, 17), forms.is_mac),
    ("iban", lambda value: value[:2].isalpha(), codes.is_iban),
)
# What a column's name says, and the form that most of its cells must have then.
_FORMS: dict[str, Callable[[str], bool]] = {
    "email": lambda value: "@" in value,
    "phone": phones.has_phone_form,
    "iban": codes.is_iban,
    "bic": codes.is_bic,
    "payment_card": lambda value: codes.is_card(value) or (len(codes.compact(value)) >= 13 and codes.compact(value).isdigit()),
    "vat": lambda value: codes.is_vat(value) or (len(value) >= 8 and value[:2].isalpha() and value[-1].isalnum()),
    "national_id": lambda value: 6 <= len(codes.compact(value)) <= 20 and sum(map(str.isdigit, value)) >= 5,
    "medical_record": lambda value: 3 <= len(value) <= 30 and any(map(str.isdigit, value)),
    "passport": lambda value: 6 <= len(codes.compact(value)) <= 12 and any(map(str.isdigit, value)),
    "driver_licence": lambda value: 5 <= len(codes.compact(value)) <= 20 and any(map(str.isdigit, value)),
    "vehicle_id": codes.has_vin_form,
    "licence_plate": lambda value: 3 <= len(value) <= 14 and any(map(str.isalnum, value)) and len(value.split()) <= 4,
    "mac_address": forms.is_mac,
    "ip_address": forms.is_ip,
    "device_id": lambda value: len(value) >= 6 and any(map(str.isdigit, value)),
    "profile_url": forms.is_url,
    "first_name": people.has_name_form,
    "last_name": people.has_name_form,
    "full_name": people.has_name_form,
    "street_address": people.has_address_form,
    "postcode": people.has_postcode_form,
    "city": people.has_name_form,
    "country": people.has_name_form,
    "username": lambda value: 2 <= len(value) <= 40 and " " not in value,
    "biometric": lambda value: len(value) >= 8 or forms.is_picture(value),
    "photo": lambda value: forms.is_picture(value) or forms.is_url(value) or len(value) >= 64,
}
_NUMBERS_TOO = frozenset({"phone", "payment_card", "national_id", "medical_record", "passport", "driver_licence", "device_id", "postcode"})
_MOSTLY_DISTINCT = {"username": 0.3, "device_id": 0.02, "medical_record": 0.01}  # fewer distinct values per cell name no one


def detect_pii(frame: pd.DataFrame) -> list[PiiFinding]:
    """What personal data the columns of `frame` hold, in column order; a column has at most one kind.

    Looks at up to 1,000 distinct values in 20,000 evenly spaced rows of each column, and at its name. The findings hold no value.
    """
    findings = (_column(str(name), frame[name]) for name in frame.columns)
    return [finding for finding in findings if finding is not None]


def direct_identifiers(frame: pd.DataFrame) -> set[str]:
    """The columns of `frame` that name people by themselves, told with confidence: they have no distribution worth comparing."""
    return {finding.column for finding in detect_pii(frame) if finding.direct and finding.confidence >= CONFIDENT}


def matching(kind: str) -> Callable[[str], bool] | None:
    """The test by which a value is told to be of `kind`, None where only the column's name tells."""
    strict = {name: test for name, _, test in _STRICT}
    return (
        strict.get(kind)
        or {"phone": phones.is_phone, "payment_card": codes.is_card, "vehicle_id": codes.is_vin}.get(kind)
        or _FORMS.get(kind)
    )


def scheme_of(values: list[str]) -> str | None:
    """The numbering of national ids that most of `values` follow, None where there is none."""
    best = max(codes.SCHEMES, key=lambda scheme: sum(codes.follows(scheme, value) for value in values[:_PHONES]))
    found = sum(codes.follows(best, value) for value in values[:_PHONES])
    return best if values and found >= _MOSTLY * len(values[:_PHONES]) else None


def _column(name: str, series: pd.Series) -> PiiFinding | None:
    stated = kind_by_name(name)
    sample = sample_of(series)
    if stated == "date_of_birth" and _is_date(series):
        return _finding(name, "date_of_birth", 1.0, int(series.nunique()), 0.8, "name", None)
    if sample is None:
        return None
    found = _by_content(sample, name, stated)
    if found is None and stated is not None:
        found = _by_name(sample, stated)
        if found is not None:
            return _finding(name, found[0], sample.share(found[1]), sum(found[1]), found[2], "name", found[3])
    if found is None:
        return None
    return _finding(name, found[0], sample.share(found[1]), sum(found[1]), found[2], "both" if stated == found[0] else "content", found[3])


def _finding(column: str, kind: str, share: float, evidence: int, confidence: float, by: str, scheme: str | None) -> PiiFinding:
    return PiiFinding.model_validate(
        {
            "column": column,
            "kind": cast(PiiKind, kind),
            "direct": kind not in QUASI_KINDS,
            "share": round(share, 4),
            "evidence": evidence,
            "confidence": confidence,
            "by": by,
            "scheme": scheme,
            "hipaa": HIPAA.get(kind),
        }
    )


def _by_content(sample: Sample, name: str, stated: str | None) -> Found | None:
    if not sample.numeric:
        for kind, looks, test in _STRICT:
            matches = [looks(value) and test(value) for value in sample.values]
            if sample.share(matches) >= _LEAST:
                return kind, matches, 1.0, None
    found = _code(sample, stated)
    if found is not None or sample.numeric:
        return found
    return _phone(sample, stated) or _person(sample, name, stated) or _address(sample, stated)


def _code(sample: Sample, stated: str | None) -> Found | None:
    several = len(sample.values) >= _SEVERAL
    longest = max(map(len, sample.values))
    if longest >= 12 and stated in (None, "payment_card"):
        matches = sample.where(codes.is_card)
        if sample.share(matches) >= (_LEAST if stated else _MOSTLY) and (several or stated or not sample.numeric):
            return "payment_card", matches, 1.0, None
    if not sample.numeric and longest == 17 and stated in (None, "vehicle_id"):
        matches = sample.where(codes.is_vin)
        if sample.share(matches) >= _NAMED:
            return "vehicle_id", matches, 1.0, None
    if stated in (None, "national_id") and longest >= 9:
        head = sample.values[:_PHONES]
        for scheme, (_, checked) in codes.SCHEMES.items():
            if stated is None and (not several or (sample.numeric and longest < 13)):
                continue  # a plain number of few digits fits some numbering by chance: its column must say so
            written = checked or stated is not None or all(value.count("-") == 2 for value in head)
            if not written or sum(codes.follows(scheme, value) for value in head[:20]) < _NAMED * len(head[:20]):
                continue
            matches = sample.where(partial(codes.follows, scheme))
            if sample.share(matches) >= _MOSTLY:
                return "national_id", matches, 1.0, scheme
    if not sample.numeric and stated in (None, "vat") and sample.values[0][:2].isalpha() and several:
        matches = sample.where(codes.is_vat)
        if sample.share(matches) >= (_LEAST if stated else _MOSTLY):
            return "vat", matches, 1.0, None
    return None


def _phone(sample: Sample, stated: str | None) -> Found | None:
    if stated not in (None, "phone"):
        return None
    head = Sample(sample.values[:_PHONES], sample.counts[:_PHONES], sample.unique, False)
    formed = head.where(phones.has_phone_form)
    if head.share(formed) < (_LEAST if stated else _MOSTLY):
        return None
    matches = [fits and phones.is_phone(value) for fits, value in zip(formed, head.values, strict=True)]
    if head.share(matches) < (_LEAST if stated else _MOSTLY):
        return None
    return "phone", sample.where(phones.has_phone_form), 1.0 if stated else 0.9, None


def _person(sample: Sample, name: str, stated: str | None) -> Found | None:
    if stated not in (None, "full_name") or sample.unique < 0.001:
        return None
    full = sample.where(people.has_full_name_form)
    if sum(full) < _MOSTLY * len(full):
        return None
    given = sum(bool(people.given_name_locales(value)) for value in sample.values)
    family = sum(bool(people.family_name_locales(value)) for value in sample.values)
    share = min(given, family) / len(sample.values)
    if stated == "full_name" or (may_name_a_person(name) and max(given, family) >= _SOME_NAMES * len(sample.values)):
        return "full_name", full, 0.9 if share >= _SOME_NAMES else 0.7, None
    if given >= _COMMON_NAMES * len(sample.values) and len(sample.values) >= _SEVERAL and share > 0:
        return "full_name", full, 0.8, None
    return None


def _address(sample: Sample, stated: str | None) -> Found | None:
    if stated not in (None, "street_address"):
        return None
    matches = sample.where(people.is_address)
    if sample.share(matches) >= (_LEAST if stated else _MOSTLY) and (stated or len(sample.values) >= _SEVERAL):
        return "street_address", matches, 0.9 if stated else 0.7, None
    return None


def _by_name(sample: Sample, stated: str) -> Found | None:
    test = _FORMS.get(stated)
    if test is None or (sample.numeric and stated not in _NUMBERS_TOO):
        return None
    if len(sample.values) > 20 and sample.unique < _MOSTLY_DISTINCT.get(stated, 0.0):
        return None
    matches = sample.where(test)
    if sample.share(matches) < _NAMED:
        return None
    scheme = scheme_of(sample.values) if stated == "national_id" else None
    return stated, matches, 0.8 if stated in ("first_name", "last_name", "full_name", "phone", "national_id") else 0.6, scheme


def _is_date(series: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return True
    head = series.dropna().iloc[:50].astype(str)
    return len(head) > 0 and bool(head.str.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*").mean() >= _MOSTLY)
