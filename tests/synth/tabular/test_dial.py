from __future__ import annotations

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.cart import CartEngine
from imcp_jupyter.synth.tabular.dial import DIAL


def test_each_level_is_stricter_than_the_one_before() -> None:
    levels = [DIAL[level] for level in ("fidelity", "standard", "high")]
    for size in (100, 5_000, 1_000_000):
        leaves = [dial.leaf(size) for dial in levels]
        assert leaves == sorted(leaves)
    assert [dial.min_gain for dial in levels] == sorted(dial.min_gain for dial in levels)
    assert [dial.rare_rows for dial in levels] == sorted(dial.rare_rows for dial in levels)


def test_leaves_grow_with_the_table_up_to_a_limit() -> None:
    assert [DIAL["standard"].leaf(rows) for rows in (500, 4_000, 8_000, 1_000_000)] == [10, 10, 20, 40]


def test_what_is_given_by_name_wins_over_the_level() -> None:
    engine = CartEngine(privacy="high", min_leaf=7, rare_rows=1)
    assert engine.dial.leaf(1_000_000) == 7 and engine.dial.rare_rows == 1
    assert engine.dial.min_gain == DIAL["high"].min_gain


def test_the_parameter_and_the_option_are_one_dial(home: object, adult: pd.DataFrame) -> None:
    data = adult.head(800)
    by_name = imcp.generate_tabular(data, engine="cart", privacy="high", seed=1)
    by_option = imcp.generate_tabular(data, engine="cart", engine_options={"privacy": "high"}, seed=1)
    plain = imcp.generate_tabular(data, engine="cart", seed=1)
    assert by_name.data.equals(by_option.data) and not by_name.data.equals(plain.data)
    assert (by_name.card.privacy_level, plain.card.privacy_level) == ("high", "standard")


def test_the_copula_has_the_dial_too(home: object, adult: pd.DataFrame) -> None:
    assert imcp.generate_tabular(adult.head(300), engine="copula", privacy="fidelity", seed=1).card.privacy_level == "fidelity"


def test_two_different_levels_are_refused(home: object, adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="'fidelity', and 'high' in engine_options") as caught:
        imcp.generate_tabular(adult.head(300), engine="cart", privacy="fidelity", engine_options={"privacy": "high"})
    assert caught.value.field == "privacy"


def test_an_unknown_level_is_refused_by_name(home: object, adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput) as caught:
        imcp.generate_tabular(adult.head(300), engine="cart", privacy="paranoid")
    assert caught.value.field == "privacy"


def test_an_engine_without_the_dial_refuses_it(home: object, adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="'sdv:gaussian_copula' does not support privacy"):
        imcp.generate_tabular(adult.head(300), engine="sdv:gaussian_copula", privacy="high")
