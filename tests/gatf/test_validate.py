from __future__ import annotations

import pandas as pd

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.validate import validate_data

from .conftest import check, mixed


def test_the_score_is_the_mean_of_shapes_and_pairs() -> None:
    document = validate_data(Table.of(mixed(300, 0)), Table.of(mixed(300, 1)), replicates=20)
    shapes, pairs = check(document, "column_shapes"), check(document, "column_pairs")
    assert shapes.value is not None
    assert pairs.value is not None
    assert document.score == (shapes.value + pairs.value) / 2
    assert document.kind == "validation"
    assert document.interval[0] <= document.score <= document.interval[1] <= 1


def test_values_out_of_range_and_unknown_categories_are_counted() -> None:
    real = pd.DataFrame({"x": range(100), "c": list("ab") * 50})
    synthetic = real.assign(x=real["x"] + 10, c=["z"] * 20 + list("ab") * 40)
    found = check(validate_data(Table.of(synthetic), Table.of(real, {"x": "integer"}), replicates=5), "validity")
    assert found.evidence["invalid_cells"] == 10 + 20
    assert found.evidence["worst"]["c"] == {"share": 0.8, "rule": "category"}
    assert found.evidence["worst"]["x"] == {"share": 0.9, "rule": "range"}


def test_repeated_keys_fail() -> None:
    found = check(validate_data(Table.of(mixed(100, 0).assign(id=7)), Table.of(mixed(100, 1)), replicates=5), "validity")
    assert found.verdict == "fail"
    assert found.evidence["worst"]["id"]["rule"] == "unique"


def test_missing_values_that_real_does_not_have_are_found() -> None:
    real, synthetic = mixed(400, 0), mixed(400, 1)
    synthetic.loc[::2, "amount"] = None
    found = check(validate_data(Table.of(synthetic), Table.of(real), replicates=20), "missingness")
    assert found.verdict == "fail"
    assert found.evidence["columns"]["amount"] == {"real": 0.0, "synthetic": 0.5}


def test_without_the_real_table_the_score_is_zero_and_says_why() -> None:
    document = validate_data(Table.of(mixed(50, 0)), None, replicates=5)
    assert document.score == 0
    assert check(document, "column_shapes").explanation == "Needs the real table that the synthetic one was made from."


def test_distributions_do_not_show_extremes_or_rare_categories() -> None:
    real = pd.DataFrame({"income": [*range(1000, 3000, 2), 987_654], "town": ["Oslo"] * 600 + ["Bergen"] * 400 + ["Utsira"]})
    document = validate_data(Table.of(real.iloc[:-1]), Table.of(real), replicates=5)
    income, town = document.distributions
    assert not any("987" in label for label in income["bins"])
    assert "Utsira" not in town["bins"]
    for item in (income, town):
        assert len(item["bins"]) == len(item["real"]) == len(item["synthetic"]) <= 22
        assert abs(sum(item["real"]) - 1) < 1e-4
        assert abs(sum(item["synthetic"]) - 1) < 1e-4
