from __future__ import annotations

import numpy as np
import pytest

from bench.networks import Network

RAIN = """network unknown {
}
variable Wet { type discrete [ 2 ] { yes, no }; }
variable Rain {
  type discrete [ 3 ] { none, some, much };
}
variable Hose { type discrete [ 2 ] { on, off }; }
probability ( Rain ) {
  table 0.5, 0.3, 0.2;
}
probability ( Hose | Rain ) { (none) 0.4, 0.6; (some) 0.1, 0.9; (much) 0.0, 1.0; }
probability ( Wet | Rain, Hose ) {
  (none, on) 0.9, 0.1; (some, on) 0.99, 0.01; (much, on) 1.0, 0.0;
  (none, off) 0.0, 1.0; (some, off) 0.8, 0.2; (much, off) 0.95, 0.05;
}
"""


def test_rows_follow_the_probabilities_of_the_network() -> None:
    frame = Network.parse(RAIN).sample(100_000, np.random.default_rng(1))
    assert frame["Rain"].value_counts(normalize=True)["much"] == pytest.approx(0.2, abs=0.01)
    dry = frame[(frame["Rain"] == "none") & (frame["Hose"] == "on")]
    assert (dry["Wet"] == "yes").mean() == pytest.approx(0.9, abs=0.01)
    assert not (frame[frame["Rain"] == "much"]["Hose"] == "on").any()


def test_columns_keep_the_order_of_the_file_though_parents_are_drawn_first() -> None:
    assert list(Network.parse(RAIN).sample(5, np.random.default_rng(1))) == ["Wet", "Rain", "Hose"]


def test_the_same_seed_draws_the_same_rows() -> None:
    network = Network.parse(RAIN)
    assert network.sample(50, np.random.default_rng(3)).equals(network.sample(50, np.random.default_rng(3)))


def test_a_network_with_a_missing_row_of_probabilities_is_refused() -> None:
    with pytest.raises(ValueError, match="Hose are not complete"):
        Network.parse(RAIN.replace("(some) 0.1, 0.9;", ""))


def test_a_variable_without_probabilities_is_refused() -> None:
    with pytest.raises(ValueError, match="Fog"):
        Network.parse(RAIN + "variable Fog { type discrete [ 2 ] { yes, no }; }\n")


def test_a_circle_is_refused_by_name() -> None:
    text = RAIN.replace("( Rain ) {\n  table 0.5, 0.3, 0.2;", "( Rain | Wet ) { (yes) 0.5, 0.3, 0.2; (no) 0.5, 0.3, 0.2;")
    with pytest.raises(ValueError, match="circle"):
        Network.parse(text).sample(5, np.random.default_rng(1))
