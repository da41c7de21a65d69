"""Personal data in columns: its kinds, what was found, and what was done with it. Never a value of the data itself."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, Field

PiiKind = Literal[
    "full_name", "first_name", "last_name", "email", "phone", "street_address", "city", "postcode", "country", "date_of_birth",
    "national_id", "iban", "payment_card", "bic", "vat", "ip_address", "mac_address", "profile_url", "username", "passport",
    "driver_licence", "medical_record", "vehicle_id", "licence_plate", "device_id", "biometric", "photo", "other",
]  # fmt: skip
PII_KINDS: tuple[str, ...] = get_args(PiiKind)
# Alone these name nobody, and their statistics are worth keeping: reported, and modelled like any other column.
QUASI_KINDS: frozenset[str] = frozenset({"city", "postcode", "country", "date_of_birth", "bic"})

Treatment = Literal["fake", "keep", "drop"]

# 45 CFR 164.514(b)(2)(i), the letters of Safe Harbor's 18 identifiers; (P) is "other health plan or account numbers" and the like.
HIPAA: dict[str, str] = {
    "full_name": "A", "first_name": "A", "last_name": "A", "street_address": "B", "city": "B", "postcode": "B", "date_of_birth": "C",
    "phone": "D", "email": "F", "national_id": "G", "medical_record": "H", "iban": "J", "payment_card": "J", "bic": "J",
    "driver_licence": "K", "passport": "K", "vat": "K", "vehicle_id": "L", "licence_plate": "L", "device_id": "M", "mac_address": "M",
    "profile_url": "N", "ip_address": "O", "biometric": "P", "photo": "Q", "username": "R", "other": "R",
}  # fmt: skip


class PiiFinding(BaseModel):
    """Personal data that a column seems to hold."""

    column: str
    kind: PiiKind
    direct: bool = Field(description="names a person by itself; a quasi-identifier does so only together with others")
    share: float = Field(ge=0, le=1, description="share of the present cells that look like it, in the sample")
    evidence: int = Field(ge=0, description="distinct values that look like it, in the sample")
    confidence: float = Field(ge=0, le=1, description="1: content with a checksum or a strict form; lower: it hangs on the column's name")
    by: Literal["content", "name", "both"] = Field(description="what gave it away: the cells, the column's name, or both")
    scheme: str | None = Field(None, description="which numbering a national id follows, such as us.ssn")
    hipaa: str | None = Field(None, description="letter of the identifier in 45 CFR 164.514(b)(2)(i)")


class PiiTreatment(BaseModel):
    """What was done with one column of personal data."""

    column: str
    kind: PiiKind
    treatment: Treatment
    direct: bool
    automatic: bool = Field(description="nobody asked for this treatment by name")
    share: float | None = Field(None, description="of the cells that look like the kind; none where the column was named, not detected")
    confidence: float | None = None
    locale: str | None = Field(None, description="where the fakes are from")
