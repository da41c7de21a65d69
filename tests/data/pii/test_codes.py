from __future__ import annotations

import pytest

from imcp_jupyter.data.pii import codes, forms, people, phones


def test_cards_need_a_brand_a_length_and_luhn() -> None:
    assert all(codes.is_card(card) for card in ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117"))
    assert not any(codes.is_card(card) for card in ("4111111111111112", "0000000000000000", "411111111111", "1234567812345670", "x"))


def test_ibans_need_their_check_digits() -> None:
    assert codes.is_iban("DE89 3704 0044 0532 0130 00") and codes.is_iban("GB82WEST12345698765432")
    assert not codes.is_iban("DE88370400440532013000") and not codes.is_iban("XX89370400440532013000")


def test_vehicle_ids_need_their_check_digit() -> None:
    assert codes.is_vin("1HGCM82633A004352") and codes.is_vin("1M8GDM9AXKP042788")
    assert not codes.is_vin("1HGCM82643A004352") and not codes.is_vin("11111111111111111")


def test_codes_of_banks_taxes_and_devices() -> None:
    assert codes.is_bic("DEUTDEFF") and not codes.is_bic("ABCDXXFF")
    assert codes.is_vat("DE136695976") and not codes.is_vat("DE136695977")
    assert codes.is_imei("490154203237518") and not codes.is_imei("490154203237519")


@pytest.mark.parametrize(("value", "is_one"), [("a.b+c@example.co.uk", True), ("a@b", False), ("a b@example.com", False), ("@x.de", False)])
def test_mail_addresses(value: str, is_one: bool) -> None:
    assert forms.is_email(value) is is_one


@pytest.mark.parametrize(
    ("value", "is_one"), [("10.0.0.1", True), ("::1", True), ("2001:db8::7", True), ("1.2.3", False), ("300.1.1.1", False)]
)
def test_addresses_of_machines(value: str, is_one: bool) -> None:
    assert forms.is_ip(value) is is_one


def test_pages_that_name_a_user() -> None:
    assert forms.is_user_url("https://github.com/octocat") and forms.is_user_url("https://shop.example/users/anna")
    assert not forms.is_user_url("https://example.com/products/12")


def test_phones_are_told_from_dates_and_plain_numbers() -> None:
    assert all(phones.is_phone(number) for number in ("+49 151 23456789", "(212) 555-0123", "06 12 34 56 78"))
    assert not any(phones.is_phone(number) for number in ("2020-01-31", "123456789", "192.168.1.100", "+999 1", "12345"))


def test_the_country_in_front_of_a_number() -> None:
    assert [phones.country_part(number) for number in ("+49 151", "+1 212 555 0123", "0151", "(0151) 2", "151")] == [3, 2, 1, 2, 0]


def test_names_streets_and_firms() -> None:
    assert (
        people.has_full_name_form("Dr. Anna-Lena Müller")
        and people.has_full_name_form("山田 太郎")
        and people.has_full_name_form("O'Neil, Sean")
    )
    assert not any(people.has_full_name_form(text) for text in ("Smith & Sons", "Room 12", "anna", "Müller GmbH"))
    assert all(people.is_address(text) for text in ("12 Main Street", "Hauptstraße 5", "3, rue de la Paix", "東京都新宿区1-2-3"))
    assert not people.is_address("nothing here") and not people.is_address("Main Street")
