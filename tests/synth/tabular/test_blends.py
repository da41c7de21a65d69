from __future__ import annotations

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.synth.tabular.blends import Blend, blend_of, covariance_of
from imcp_jupyter.synth.tabular.cart import CartEngine

RNG = np.random.default_rng(0)
PARTS = [part.astype(np.float32) for part in RNG.normal(size=(6, 4_000))]


def blend(target: np.ndarray, *earlier: int) -> Blend | None:
    heights = [*PARTS, target.astype(np.float32)]
    covariance = covariance_of(heights)
    return blend_of(heights[-1], earlier, heights, covariance, covariance[-1])


def test_the_weights_are_those_of_a_regression() -> None:
    found = blend(2.0 * PARTS[1] - PARTS[4] + 0.1 * PARTS[5], 0, 1, 2, 3, 4)
    assert found is not None and found.members.tolist() == [1, 4]
    assert np.allclose(found.weights, [2.0, -1.0], atol=0.02)


def test_one_relation_or_none_needs_no_sum() -> None:
    assert blend(PARTS[2] * 3.0, 0, 1, 2) is None
    assert blend(RNG.normal(size=4_000), 0, 1, 2) is None
    assert blend(PARTS[0]) is None


def test_bins_rise_with_the_sum() -> None:
    found = blend(PARTS[0] + PARTS[1], 0, 1)
    assert found is not None
    bins = found.bins(PARTS, 4_000)
    assert np.corrcoef(bins, PARTS[0] + PARTS[1])[0, 1] > 0.97 and len(np.unique(bins)) > 500


def test_few_rows_allow_few_members() -> None:
    heights = [part[:60] for part in PARTS]
    target = np.sum(heights, axis=0)
    covariance = covariance_of([*heights, target])
    found = blend_of(target, range(6), heights, covariance, covariance[-1])
    assert found is not None and len(found.members) == 3


def test_a_wide_table_keeps_its_correlations() -> None:
    factors = RNG.normal(size=(3_000, 4))
    values = factors @ RNG.normal(size=(4, 40)) + 0.7 * RNG.normal(size=(3_000, 40))
    real = pd.DataFrame(values, columns=[f"x{number}" for number in range(40)])
    drawn = CartEngine().fit(Table.of(real)).sample(3_000, seed=1)
    assert float((real.corr() - drawn.corr()).abs().to_numpy().mean()) < 0.04


def test_nearly_equal_columns_stay_so() -> None:
    length = RNG.gamma(3.0, size=8_000).round(2)
    real = pd.DataFrame(
        {"length": length, "width": (length * 1.02 + RNG.normal(scale=0.02, size=8_000)).round(2), "other": PARTS[0].repeat(2)}
    )
    drawn = CartEngine().fit(Table.of(real)).sample(8_000, seed=1)
    assert drawn["length"].corr(drawn["width"]) > 0.995


def test_the_number_of_blas_threads_does_not_change_the_model() -> None:
    real = pd.DataFrame(np.stack(PARTS, axis=1)).rename(columns=str).assign(total=np.sum(PARTS, axis=0))
    hashes = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            hashes.add(content_hash(CartEngine().fit(Table.of(real)).sample(500, seed=1)))
    assert len(hashes) == 1
