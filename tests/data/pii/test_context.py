from __future__ import annotations

import pytest

from imcp_jupyter.data.pii.context import kind_by_name, may_name_a_person, owner_of, without_accents, words_of


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("E-Mail", "email"), ("customerEmailAddress", "email"), ("メールアドレス", "email"), ("Téléphone portable", "phone"),
        ("Straße", "street_address"), ("Geburtsdatum", "date_of_birth"), ("codice fiscale", "national_id"), ("SSN", "national_id"),
        ("PLZ", "postcode"), ("prénom", "first_name"), ("Nachname", "last_name"), ("氏名", "full_name"), ("client_ip", "ip_address"),
        ("email_count", None), ("has_phone", None), ("phone_type", None), ("native-country", None), ("capital-gain", None),
        ("city_population", "city"), ("education", None), ("host_name", None), ("relationship", None),
    ],
)  # fmt: skip
def test_names_of_columns_in_several_languages(column: str, kind: str | None) -> None:
    assert kind_by_name(column) == kind


def test_some_names_leave_open_who_is_meant() -> None:
    assert may_name_a_person("Customer") and may_name_a_person("name")
    assert not may_name_a_person("product_name") and not may_name_a_person("score")


def test_what_the_kind_leaves_over_says_whose_it_is() -> None:
    assert owner_of("buyer_email") == owner_of("buyerFirstName") == "buyer"
    assert owner_of("email") == ""


def test_words_are_folded_and_enclosed() -> None:
    assert words_of("Kunden-Straße2") == "_kunden_strasse2_"
    assert without_accents("Łódź Ærø") == "Lodz Aero" and without_accents("メールアドレス") == "メールアドレス"
