from __future__ import annotations

import numpy as np

from bench.forest import COVERS, SHARES, forest


def test_the_table_has_the_columns_of_covertype() -> None:
    frame = forest(500, np.random.default_rng(0))
    assert frame.shape == (500, 55)
    assert sum(set(frame[name].unique()) <= {0, 1} for name in frame) == 44


def test_exactly_one_wilderness_and_one_soil_flag_is_set() -> None:
    frame = forest(500, np.random.default_rng(0))
    assert (frame.filter(like="wilderness_").sum(axis=1) == 1).all()
    assert (frame.filter(like="soil_").sum(axis=1) == 1).all()


def test_cover_types_have_about_the_published_shares() -> None:
    shares = forest(50_000, np.random.default_rng(0))["cover"].value_counts(normalize=True)
    assert max(abs(shares[cover] - share) for cover, share in zip(COVERS, SHARES, strict=True)) < 0.03
