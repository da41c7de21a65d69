from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.pii.detect import detect_pii
from imcp_jupyter.models.pii import PiiFinding

Customers = Callable[[str], pd.DataFrame]

KINDS = {
    "first_name": "first_name", "last_name": "last_name", "name": "full_name", "email": "email", "phone": "phone",
    "address": "street_address", "city": "city", "postcode": "postcode", "iban": "iban", "card": "payment_card", "ip": "ip_address",
    "mac": "mac_address", "profile": "profile_url", "username": "username", "vin": "vehicle_id", "dob": "date_of_birth",
}  # fmt: skip
SCHEMES = {
    "us.ssn": ["536-90-4399", "212-09-9187", "001-01-0001", "665-12-1000", "899-99-9999", "409-52-2002"],
    "de.idnr": ["36574261809", "86095742719", "47036892816", "65929970489", "57549285017", "25768131411"],
    "fr.nir": ["295109912611193", "185059912611168", "253077524613203", "180126955222380", "269054958815780", "195077521402334"],
    "es.dni": ["54362315K", "12345678Z", "00000001R", "87654321X", "11111111H", "99999999R"],
    "it.codicefiscale": ["RCCMNL83S18D969H", "CNTCHR83T41D969D", "RSSMRA85T10A562S", "VRDLGU70A01F205R", "BNCNNA90A41H501T"],
    "br.cpf": ["390.533.447-05", "111.444.777-35", "529.982.247-25", "231.002.999-00", "123.456.789-09", "987.654.321-00"],
}  # fmt: skip


def found(frame: pd.DataFrame) -> dict[str, PiiFinding]:
    return {finding.column: finding for finding in detect_pii(frame)}


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "it_IT", "ja_JP"])
def test_every_column_of_a_customer_is_told(customers: Customers, locale: str) -> None:
    assert {name: finding.kind for name, finding in found(customers(locale)).items()} == KINDS


def test_content_is_told_under_names_that_say_nothing(customers: Customers) -> None:
    frame = customers("en_US").rename(columns={name: f"column {place}" for place, name in enumerate(customers("en_US"))})
    kinds = {finding.kind for finding in detect_pii(frame)}
    assert kinds >= {"full_name", "email", "payment_card", "iban", "ip_address", "mac_address", "profile_url", "vehicle_id"}


def test_the_adult_census_holds_none(adult: pd.DataFrame) -> None:
    assert detect_pii(adult) == []


def test_numbers_are_not_taken_for_cards_phones_or_ids() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "zip": rng.integers(10_000, 99_999, 2_000),
            "amount": rng.integers(10**9, 10**10, 2_000),
            "order": rng.integers(10**15, 10**16, 2_000),
            "nine digits": rng.integers(10**8, 10**9, 2_000),
            "ten digits as text": rng.integers(10**9, 10**10, 2_000).astype(str),
            "day": pd.date_range("2020-01-01", periods=2_000).strftime("%Y-%m-%d"),
            "version": [f"1.{n}.3" for n in range(2_000)],
            "phone_type": rng.choice(["home", "work"], 2_000),
            "cell_type": rng.choice(["T", "B"], 2_000),
            "product_name": rng.choice(["Oak Table", "Pine Chair", "Steel Desk"], 2_000),
            "carrier_name": rng.choice(["Delta Air Lines", "United Airlines"], 2_000),
        }
    )
    assert {name: finding.kind for name, finding in found(frame).items()} == {"zip": "postcode"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_national_ids_are_told_by_their_checksum(scheme: str) -> None:
    finding = found(pd.DataFrame({"x": SCHEMES[scheme]}))["x"]
    assert (finding.kind, finding.scheme, finding.by) == ("national_id", scheme, "content")


def test_a_national_id_with_a_wrong_check_digit_is_none_without_a_name() -> None:
    wrong = [number[:-1] + str((int(number[-1]) + 1) % 10) for number in SCHEMES["de.idnr"]]
    assert found(pd.DataFrame({"x": wrong})) == {}
    assert found(pd.DataFrame({"steuer_id": wrong}))["steuer_id"].by == "name"


def test_names_of_columns_tell_what_content_cannot() -> None:
    rng = np.random.default_rng(0)
    numbers = [f"{n:07d}" for n in rng.permutation(10**6)[:500]]
    frame = pd.DataFrame(
        {
            "MRN": [f"M{n}" for n in numbers],
            "patientId": numbers,
            "passport_no": [f"C{n}X" for n in numbers],
            "driversLicense": [f"D{n}" for n in numbers],
            "licence plate": [f"AB {n[:3]} XY" for n in numbers],
            "device_serial": [f"SN-{n}" for n in numbers],
            "fingerprint": [f"fp{n}a9" for n in numbers],
            "portrait": [f"img_{n}.jpg" for n in numbers],
        }
    )
    assert {name: finding.kind for name, finding in found(frame).items()} == {
        "MRN": "medical_record", "patientId": "medical_record", "passport_no": "passport", "driversLicense": "driver_licence",
        "licence plate": "licence_plate", "device_serial": "device_id", "fingerprint": "biometric", "portrait": "photo",
    }  # fmt: skip


def test_quasi_identifiers_are_not_direct_ones(customers: Customers) -> None:
    findings = found(customers("en_US"))
    assert [name for name, finding in findings.items() if not finding.direct] == ["city", "postcode", "dob"]


def test_whole_numbers_are_phones_only_where_the_name_says_so() -> None:
    numbers = np.random.default_rng(0).integers(2 * 10**9, 9 * 10**9, 300)
    assert list(found(pd.DataFrame({"mobile": numbers, "value": numbers}))) == ["mobile"]


def test_findings_hold_no_value_of_the_data(customers: Customers) -> None:
    frame = customers("de_DE")
    said = str([finding.model_dump() for finding in detect_pii(frame)])
    assert not any(str(value) in said for name in ("name", "email", "phone", "iban") for value in frame[name])


@pytest.mark.parametrize(
    "values",
    [[], [None, None], [float("nan")], [True, False], [1.5, 2.25], pd.to_datetime(["2020-01-01"]), ["", " "], [b"a@b.cc"], [("a",)]],
    ids=str,
)
def test_columns_that_hold_nothing_personal_are_passed_over(values: list[object]) -> None:
    assert detect_pii(pd.DataFrame({"email": pd.Series(values)})) == []


def test_a_categorical_column_is_looked_into() -> None:
    frame = pd.DataFrame({"x": pd.Categorical(["ann@example.com", "bob@example.com"] * 10)})
    assert found(frame)["x"].kind == "email"


def test_emails_in_some_cells_are_enough_and_the_share_is_told() -> None:
    frame = pd.DataFrame({"contact": [f"user{n}@example.com" if n % 4 == 0 else f"by post {n}" for n in range(400)]})
    assert found(frame)["contact"].share == pytest.approx(0.25, abs=0.02)


def test_a_hundred_thousand_rows_of_sixteen_columns_take_less_than_a_second_of_cpu(customers: Customers) -> None:
    columns = [*[*KINDS][:14], "age", "note"]
    big = pd.concat([customers("en_US")[columns]] * 334, ignore_index=True)
    detect_pii(big.head(500))
    start = time.process_time()
    detect_pii(big)
    assert time.process_time() - start < 1.0
