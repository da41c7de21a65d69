from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.copula import CopulaEngine, latent_correlation, nearest_correlation
from imcp_jupyter.synth.tabular.engine import TabularModel
from imcp_jupyter.synth.tabular.features import Discrete, Numeric
from imcp_jupyter.synth.tabular.scores import latent_scores


# sdmetrics 0.32 points to a successor class; the score is that of the long-standing report.
@pytest.mark.filterwarnings("ignore:The single table quality report:FutureWarning")
def test_sdmetrics_quality_is_at_least_93_percent(adult_copula: TabularModel, adult: pd.DataFrame) -> None:
    from sdmetrics.reports.single_table import QualityReport

    types = {name: {"sdtype": "categorical" if adult[name].dtype == object else "numerical"} for name in adult}
    report = QualityReport()
    report.generate(adult, adult_copula.sample(16_281, seed=1), {"columns": types}, verbose=False)
    assert report.get_score() >= 0.93


def test_every_level_comes_at_its_rate(adult_copula: TabularModel, adult: pd.DataFrame) -> None:
    drawn = adult_copula.sample(60_000, seed=1)
    for name in adult.select_dtypes("object"):
        real, made = (frame[name].value_counts(normalize=True, dropna=False) for frame in (adult, drawn))
        assert made.sub(real, fill_value=0.0).abs().max() < 0.01, name


def test_no_training_row_is_copied(adult_copula: TabularModel, adult: pd.DataFrame) -> None:
    drawn = adult_copula.sample(16_281, seed=1)
    assert len(drawn.merge(adult.drop_duplicates(), how="inner")) <= 2


def test_the_correlation_behind_two_halves_is_found() -> None:
    """Cutting normals at 0 shrinks their correlation; the latent one is estimated all the same."""
    rng = np.random.default_rng(0)
    left = rng.normal(size=40_000)
    right = 0.3 * left + np.sqrt(1 - 0.09) * rng.normal(size=40_000)
    features = [Discrete((left > 0).astype(np.int32), 2), Numeric(right, whole=False, gated=False)]
    scores, _ = latent_scores(features)
    assert abs(latent_correlation(scores, features)[0, 1]) == pytest.approx(0.3, abs=0.02)


def test_an_impossible_matrix_becomes_a_correlation_matrix() -> None:
    matrix = np.array([[1.0, 0.99, -0.99], [0.99, 1.0, 0.99], [-0.99, 0.99, 1.0]])
    found = nearest_correlation(matrix)
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.allclose(np.diag(found), 1.0) and np.allclose(found, found.T)


def test_columns_that_are_copies_of_each_other_stay_together() -> None:
    x = np.random.default_rng(0).normal(size=3_000)
    drawn = CopulaEngine().fit(Table.of(pd.DataFrame({"a": x, "b": x, "c": -x}))).sample(3_000, seed=1)
    assert drawn.corr("spearman").abs().to_numpy().min() > 0.98
