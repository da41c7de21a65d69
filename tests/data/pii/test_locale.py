from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from imcp_jupyter.data.pii.locale import locale_of


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "it_IT", "ja_JP"])
def test_names_and_numbers_tell_where_people_are_from(customers: Callable[[str], pd.DataFrame], locale: str) -> None:
    frame = customers(locale)
    assert locale_of({"full_name": frame["name"], "phone": frame["phone"], "first_name": frame["first_name"]}) == locale


def test_without_a_sign_it_is_american() -> None:
    assert locale_of({"email": pd.Series(["a@example.com"])}) == "en_US"
    assert locale_of({}) == "en_US" and locale_of({"full_name": pd.Series([None, None])}) == "en_US"
