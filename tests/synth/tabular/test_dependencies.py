from __future__ import annotations

import numpy as np

from imcp_jupyter.synth.tabular.dependencies import determined, visiting_order
from imcp_jupyter.synth.tabular.features import Discrete, Feature, Numeric
from imcp_jupyter.synth.tabular.predictors import Binning

RNG = np.random.default_rng(0)
CITY = RNG.integers(0, 60, 2_000).astype(np.int32)


def found(*features: Feature) -> tuple[dict[int, int], list[int]]:
    binnings = [Binning.of(feature) for feature in features]
    bins = [
        binning.bins(feature.codes, None) if isinstance(feature, Discrete) else binning.bins(feature.values, np.isnan(feature.values))
        for binning, feature in zip(binnings, features, strict=True)
    ]
    gated = [isinstance(feature, Numeric) and feature.gated for feature in features]
    sources = determined(features, binnings, bins)
    return sources, visiting_order(binnings, gated, sources)


def test_each_column_hangs_on_the_smallest_that_determines_it() -> None:
    sources, order = found(Discrete(CITY % 3, 3), Discrete(CITY, 60), Discrete(CITY % 12, 12))
    assert sources == {0: 2, 2: 1}
    assert order == [1, 2, 0]


def test_columns_that_determine_each_other_make_no_ring() -> None:
    assert found(Discrete(CITY, 60), Discrete(59 - CITY, 60))[0] == {1: 0}


def test_a_number_can_be_determined() -> None:
    assert found(Discrete(CITY, 60), Numeric((CITY % 7) * 1.5, whole=False, gated=False))[0] == {1: 0}


def test_one_exception_breaks_the_rule() -> None:
    almost = CITY % 3
    almost[5] = (almost[5] + 1) % 3
    assert found(Discrete(almost, 3), Discrete(CITY, 60))[0] == {}


def test_keys_determine_nothing() -> None:
    key = RNG.permutation(2_000).astype(np.int32)
    assert found(Discrete(key, 2_000), Discrete(CITY, 60))[0] == {}


def test_a_gate_comes_just_before_its_numbers() -> None:
    values = RNG.normal(size=2_000)
    gate = RNG.integers(0, 2, 2_000).astype(np.int32)
    order = found(Discrete(gate, 2), Numeric(np.where(gate == 1, np.nan, values), whole=False, gated=True), Discrete(CITY, 60))[1]
    assert order == [2, 0, 1]


def test_many_levels_are_drawn_before_few_and_very_many_after_them() -> None:
    many, very_many = RNG.integers(0, 100, 2_000).astype(np.int32), RNG.integers(0, 900, 2_000).astype(np.int32)
    assert found(Discrete(very_many, 900), Discrete(CITY % 3, 3), Discrete(many, 100))[1] == [2, 1, 0]
