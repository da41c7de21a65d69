from __future__ import annotations

import numpy as np

from imcp_jupyter.synth.tabular.features import Discrete, Numeric
from imcp_jupyter.synth.tabular.rulers import Ruler


def test_codes_have_the_height_of_their_level() -> None:
    codes = np.array([0, 2, 1, 2], dtype=np.int32)
    ruler = Ruler.of(Discrete(codes, 3), np.array([-1.0, 1.5, 0.0, 1.5], dtype=np.float32))
    assert ruler.read(np.array([2, 0, 1]), None).tolist() == [1.5, -1.0, 0.0]


def test_numbers_lie_on_straight_lines_between_those_seen() -> None:
    ruler = Ruler.of(Numeric(np.array([1.0, 3.0, 2.0]), whole=False, gated=False), np.array([-1.0, 1.0, 0.0], dtype=np.float32))
    assert ruler.read(np.array([1.5, 99.0, -5.0]), None).tolist() == [-0.5, 1.0, -1.0]


def test_a_missing_number_has_height_0() -> None:
    ruler = Ruler.of(Numeric(np.array([1.0, np.nan, 2.0]), whole=False, gated=True), np.array([-1.0, 0.0, 1.0], dtype=np.float32))
    assert ruler.read(np.array([7.0, 2.0]), np.array([True, False])).tolist() == [0.0, 1.0]


def test_many_values_are_thinned_to_knots() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    ruler = Ruler.of(Numeric(values, whole=False, gated=False), values.astype(np.float32))
    assert ruler.knots is not None and len(ruler.knots) <= 1_024
    assert np.abs(ruler.read(values, None) - values).max() < 0.2
