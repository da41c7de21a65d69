from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import InvalidInput, JobCancelled
from imcp_jupyter.synth.tabular.codec import TableCodec
from imcp_jupyter.synth.tabular.engine import no_progress
from imcp_jupyter.synth.tabular.isolated.model import BLOCK
from imcp_jupyter.synth.tabular.mostly.engine import MostlyEngine
from imcp_jupyter.synth.tabular.mostly.model import MostlyModel, fit_model
from imcp_jupyter.synth.tabular.mostly.options import MostlyOptions


def refit(workshop: MostlyModel, table: Table, seed: int, **options: Any) -> MostlyModel:
    """Fit again in the process of `workshop`."""
    codec, features = TableCodec.fit(table)
    given = MostlyOptions(**({"max_epochs": 1} | options)).model_dump()
    return fit_model(table.schema, codec, features, given, seed, no_progress, workshop.process)


def test_columns_dtypes_and_gaps_come_back(model: MostlyModel, table: Table) -> None:
    drawn = model.sample(2_000, seed=1)
    assert drawn.dtypes.to_dict() == table.frame.dtypes.to_dict()
    assert 0 < drawn["pay"].isna().mean() < 1
    assert not drawn.drop(columns=["pay", "workclass"]).isna().any().any()
    assert drawn["joined"].between(table.frame["joined"].min(), table.frame["joined"].max()).all()


def test_a_category_of_rare_levels_only_is_drawn_from_its_levels(model: MostlyModel, table: Table) -> None:
    assert model.sample(2_000, seed=1)["street"].nunique() > 100


def test_ids_are_new_and_unique(model: MostlyModel, table: Table) -> None:
    drawn = model.sample(BLOCK + 500, seed=1)["person"]
    assert drawn.is_unique
    assert not drawn.isin(table.frame["person"]).any()


def test_a_shorter_draw_begins_every_longer_one(model: MostlyModel) -> None:
    long = model.sample(BLOCK + 100, seed=3)
    for rows in (7, BLOCK):
        assert content_hash(model.sample(rows, seed=3)) == content_hash(long.head(rows))


def test_another_seed_draws_other_rows(model: MostlyModel) -> None:
    assert content_hash(model.sample(100, seed=3)) != content_hash(model.sample(100, seed=4))


def test_progress_tells_of_every_epoch(model: MostlyModel, shares: list[tuple[float, str]]) -> None:
    assert [share for share, _ in shares] == sorted(share for share, _ in shares)
    assert {"epoch 1 of at most 2", "epoch 2 of at most 2"} <= {message for _, message in shares}
    assert shares[-1][0] == 1.0


def test_mostly_sees_neither_names_nor_values(model: MostlyModel) -> None:
    kept = " ".join(model._files.values())
    for secret in ("capital_gain", "Street", "workclass", "Private", "P-0"):
        assert secret not in kept


def test_a_stored_model_holds_no_pickle_and_draws_the_same_rows(model: MostlyModel, workshop: MostlyModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.zip")
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".json", ".npy"}
    read = MostlyModel.load(tmp_path / "model.zip")
    read._process = workshop.process
    read.restore(workshop.process, no_progress)
    assert content_hash(read.sample(50, seed=2)) == content_hash(model.sample(50, seed=2))


def test_a_model_of_another_engine_is_refused(model: MostlyModel, adult_cart: Any, tmp_path: Path) -> None:
    adult_cart.save(tmp_path / "model.zip")
    with pytest.raises(InvalidInput, match="not of 'mostly'"):
        MostlyModel.load(tmp_path / "model.zip")


def test_the_seed_decides_what_is_fitted(workshop: MostlyModel, table: Table, tmp_path: Path) -> None:
    stored = []
    for seed in (5, 5, 6):
        refit(workshop, table, seed).save(tmp_path / "model.zip")
        stored.append((tmp_path / "model.zip").read_bytes())
    assert stored[0] == stored[1] != stored[2]


def test_numbers_that_are_all_protected_are_named(workshop: MostlyModel) -> None:
    few = Table.of(pd.DataFrame({"x": np.linspace(0, 1, 8) ** 2, "y": ["a", "b"] * 4}), {"x": "continuous", "y": "categorical"})
    fitted = refit(workshop, few, 1)
    with pytest.raises(InvalidInput, match="protects every number of column 'x'") as caught:
        fitted.sample(5, seed=1)
    assert (caught.value.field, "value_protection" in str(caught.value)) == ("x", True)
    assert refit(workshop, few, 1, value_protection=False).sample(50, seed=1)["x"].between(0, 1).all()


def test_a_table_of_ids_alone_needs_no_mostly() -> None:
    table = Table.of(pd.DataFrame({"id": [f"A{number:04d}" for number in range(40)]}), {"id": "id"})
    assert MostlyEngine().fit(table).sample(30, seed=1)["id"].is_unique


def test_a_cancel_ends_the_training(workshop: MostlyModel, table: Table) -> None:
    process = workshop.process
    codec, features = TableCodec.fit(table)

    def cancel(share: float, message: str) -> None:
        if message.startswith("epoch"):
            raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        fit_model(table.schema, codec, features, MostlyOptions(max_epochs=100_000).model_dump(), 1, cancel, process)
    assert not process.alive
    assert not process.folder.exists()
