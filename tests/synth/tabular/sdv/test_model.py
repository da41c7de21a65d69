from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.archive import load_archive, save_archive
from imcp_jupyter.synth.signing import Signer
from imcp_jupyter.synth.tabular.codec import TableCodec
from imcp_jupyter.synth.tabular.isolated.model import BLOCK
from imcp_jupyter.synth.tabular.sdv.engine import CopulaganEngine, CtganEngine, CtganModel, TvaeEngine, TvaeModel
from imcp_jupyter.synth.tabular.sdv.model import SdvModel

SIGNER = Signer(b"s" * 32)
Refit = Callable[..., SdvModel]


def test_columns_dtypes_and_gaps_come_back(model: SdvModel, table: Table) -> None:
    drawn = model.sample(2_000, seed=1)
    assert drawn.dtypes.to_dict() == table.frame.dtypes.to_dict()
    assert 0 < drawn["pay"].isna().mean() < 1
    assert not drawn.drop(columns=["pay", "workclass"]).isna().any().any()
    assert set(drawn["city"]) <= {"Rome", "Oslo"}
    assert drawn["joined"].between(table.frame["joined"].min(), table.frame["joined"].max()).all()


def test_ids_are_new_and_unique(model: SdvModel, table: Table) -> None:
    drawn = model.sample(BLOCK + 500, seed=1)["person"]
    assert drawn.is_unique
    assert not drawn.isin(table.frame["person"]).any()


def test_a_shorter_draw_begins_every_longer_one(model: SdvModel) -> None:
    long = model.sample(2 * BLOCK + 100, seed=3)
    for rows in (7, BLOCK, BLOCK + 1):
        assert content_hash(model.sample(rows, seed=3)) == content_hash(long.head(rows))
    assert not long.iloc[BLOCK : BLOCK + 100].reset_index(drop=True)["age"].equals(long["age"].head(100))


def test_another_seed_draws_other_rows(model: SdvModel) -> None:
    assert content_hash(model.sample(100, seed=3)) != content_hash(model.sample(100, seed=4))


def test_the_seed_decides_what_is_fitted(model: SdvModel, fit_again: Refit) -> None:
    expected = content_hash(model.sample(200, seed=1))
    same, other = (content_hash(fit_again(CtganEngine, seed=seed, epochs=2).sample(200, seed=1)) for seed in (5, 6))
    assert same == expected
    assert other != expected


@pytest.mark.parametrize("kind", [TvaeEngine, CopulaganEngine])
def test_the_other_networks_draw_too(kind: type[CtganEngine], fit_again: Refit, table: Table) -> None:
    drawn = fit_again(kind, seed=1, epochs=1).sample(50, seed=1)
    assert drawn.dtypes.to_dict() == table.frame.dtypes.to_dict()


def test_progress_tells_of_every_epoch(model: SdvModel, shares: list[tuple[float, str]]) -> None:
    assert [share for share, _ in shares] == sorted(share for share, _ in shares)
    messages = [message for _, message in shares]
    assert {"epoch 1 of 2", "epoch 2 of 2"} <= set(messages)
    assert shares[-1][0] == 1.0


def test_sdv_sees_neither_names_nor_values(model: SdvModel) -> None:
    for secret in (b"capital_gain", b"Rome", b"workclass", b"Private", b"P-0"):
        assert secret not in model._content


def test_a_table_of_ids_alone_needs_no_sdv() -> None:
    table = Table.of(pd.DataFrame({"id": [f"A{number:04d}" for number in range(40)]}), {"id": "id"})
    fitted = CtganEngine().fit(table)
    assert fitted.sample(30, seed=1)["id"].is_unique


@pytest.fixture
def evil(tmp_path: Path) -> tuple[CtganModel, Path]:
    """A model whose content makes a file when it is unpickled."""
    trace = tmp_path / "trace"
    content = pickle.dumps(_Evil(str(trace)))
    pickle.loads(content)
    assert trace.exists()  # it does what it threatens
    trace.rmdir()
    table = Table.of(pd.DataFrame({"x": [1.5, 2.0, 3.0]}))
    codec, _ = TableCodec.fit(table)
    return CtganModel(table.schema, codec, [0], content), trace


class _Evil:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def test_a_pickle_of_another_key_is_not_loaded(evil: tuple[CtganModel, Path], tmp_path: Path) -> None:
    model, trace = evil
    model.save_signed(tmp_path / "model.zip", Signer(b"e" * 32))
    with pytest.raises(InvalidInput, match="not this workspace's, so nothing of it was loaded"):
        CtganModel.load_signed(tmp_path / "model.zip", SIGNER)
    assert not trace.exists()


def test_a_pickle_without_a_signature_is_not_loaded(evil: tuple[CtganModel, Path], tmp_path: Path) -> None:
    model, trace = evil
    model.save_signed(tmp_path / "model.zip", SIGNER)
    state, arrays = load_archive(tmp_path / "model.zip", model.engine)
    del state["signature"]
    save_archive(tmp_path / "model.zip", model.engine, state, arrays)
    with pytest.raises(InvalidInput, match="has no signature"):
        CtganModel.load_signed(tmp_path / "model.zip", SIGNER)
    assert not trace.exists()


def test_a_pickle_put_under_the_signature_of_another_is_not_loaded(evil: tuple[CtganModel, Path], model: SdvModel, tmp_path: Path) -> None:
    bad, trace = evil
    model.save_signed(tmp_path / "good.zip", SIGNER)
    bad.save_signed(tmp_path / "bad.zip", SIGNER)
    signature = load_archive(tmp_path / "good.zip", model.engine)[0]["signature"]
    state, arrays = load_archive(tmp_path / "bad.zip", model.engine)
    save_archive(tmp_path / "bad.zip", model.engine, state | {"signature": signature}, arrays)
    with pytest.raises(InvalidInput, match="not this workspace's"):
        CtganModel.load_signed(tmp_path / "bad.zip", SIGNER)
    assert not trace.exists()


def test_a_model_is_neither_stored_nor_read_without_a_key(evil: tuple[CtganModel, Path], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="only with a signature"):
        evil[0].save(tmp_path / "model.zip")
    with pytest.raises(InvalidInput, match="only with a signature"):
        CtganModel.load(tmp_path / "model.zip")


def test_a_model_of_another_synthesizer_is_refused(model: SdvModel, tmp_path: Path) -> None:
    model.save_signed(tmp_path / "model.zip", SIGNER)
    with pytest.raises(InvalidInput, match="engine 'sdv:ctgan'"):
        TvaeModel.load_signed(tmp_path / "model.zip", SIGNER)
