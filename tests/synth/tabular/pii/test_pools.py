from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from imcp_jupyter.synth.tabular.pii import pools
from imcp_jupyter.synth.tabular.pii.report import protected

Customers = Callable[[str], pd.DataFrame]


@pytest.fixture
def without_faker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python's own way of saying that a package cannot be imported."""
    pools.words.cache_clear()
    monkeypatch.setitem(sys.modules, "faker", None)
    yield
    pools.words.cache_clear()


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "ja_JP"])
def test_without_faker_fakes_are_made_of_the_bundled_lists(without_faker: None, customers: Customers, fit: Callable, locale: str) -> None:
    assert pools.faker_version() is None
    real = customers(locale)
    drawn = fit(real).sample(1_000, seed=1)
    for name in ("first_name", "last_name", "full_name", "email", "phone", "address", "iban"):
        assert not set(drawn[name]) & set(real[name]), name
    assert drawn["email"].is_unique and drawn["iban"].is_unique


def test_without_faker_the_log_names_the_install_line(without_faker: None, customers: Customers) -> None:
    from imcp_jupyter.data.table import Table

    lines: list[str] = []
    protected(Table.of(customers("en_US")), None, None, [], lines.append)
    assert any("pip install 'imcp_jupyter[pii]'" in line for line in lines)
    assert not any("@" in line for line in lines)


def test_without_faker_a_locale_that_is_not_bundled_is_refused_with_the_install_line(without_faker: None, customers: Customers) -> None:
    from imcp_jupyter.data.table import Table
    from imcp_jupyter.errors import NotFound
    from imcp_jupyter.synth.tabular.pii.treatment import protect

    with pytest.raises(NotFound) as caught:
        protect(Table.of(customers("en_US")), locale="zz_ZZ")
    assert "imcp_jupyter[pii]" in str(caught.value.hint)


@pytest.mark.parametrize("kind", ["first", "last"])
def test_words_are_new_even_where_the_real_ones_use_up_every_list(kind: str) -> None:
    real = {word.casefold() for locale in ("nl_NL", "nl_BE") for word in pools.words(kind, locale)}
    found = pools.fresh(kind, "nl_NL", 700, frozenset(real))
    assert len(found) == len(set(found)) == 700 and not {word.casefold() for word in found} & real


def test_words_do_not_depend_on_what_was_asked_before() -> None:
    first = pools.fresh("first", "de_DE", 50, frozenset())
    pools.fresh("last", "en_US", 900, frozenset({"smith"}))
    assert pools.fresh("first", "de_DE", 50, frozenset()) == first
