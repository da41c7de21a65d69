"""SDV's HMA on related tables. Starting SDV takes longer than everything else here, so few tests start it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput, JobCancelled
from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.archive import load_archive, save_archive
from imcp_jupyter.synth.relational.hma import ARCHIVE, HmaTables, fit_hma
from imcp_jupyter.synth.relational.stored import holds_tables, load_tables
from imcp_jupyter.synth.signing import Signer

Frames = dict[str, pd.DataFrame]
SIGNER = Signer(b"s" * 32)
RELATIONS = [
    Relation(parent="customers", child="orders", key="id", foreign_key="customer_id"),
    Relation(parent="staff", child="orders", key="staff_no", foreign_key="staff_no"),
]


def tables(frames: Frames) -> dict[str, Table]:
    return {name: Table.of(frame) for name, frame in frames.items()}


@pytest.fixture(scope="module")
def shares() -> list[tuple[float, str]]:
    return []


@pytest.fixture(scope="module")
def model(small_shop: Frames, shares: list[tuple[float, str]]) -> Iterator[HmaTables]:
    fitted = fit_hma(tables(small_shop), RELATIONS, seed=5, progress=lambda share, message: shares.append((share, message)))
    yield fitted
    fitted.close()


@pytest.fixture(scope="module")
def drawn(model: HmaTables) -> Frames:
    return model.sample(seed=7)


def test_keys_hold_and_columns_come_back(drawn: Frames, small_shop: Frames) -> None:
    for name, frame in drawn.items():
        assert frame.dtypes.to_dict() == small_shop[name].dtypes.to_dict()
    for relation in RELATIONS:
        foreign = drawn[relation.child][relation.foreign_key].dropna()
        assert foreign.isin(drawn[relation.parent][relation.key]).all()
    assert 0 < drawn["orders"]["staff_no"].isna().mean() < 0.3
    assert drawn["orders"]["order_no"].is_unique


def test_the_seed_decides_what_is_drawn_and_a_scale_how_much(model: HmaTables, drawn: Frames) -> None:
    again, other = model.sample(seed=7), model.sample(seed=8, scale=model.scale_for(60))
    assert all(again[name].equals(frame) for name, frame in drawn.items())
    assert len(other["customers"]) == 60
    assert not other["customers"]["age"].equals(drawn["customers"]["age"].head(60))


def test_families_are_not_copies_of_each_other(drawn: Frames) -> None:
    firsts = drawn["orders"].groupby("customer_id")["paid"].first()
    assert firsts.nunique() > len(firsts) / 2


def test_progress_tells_of_families(model: HmaTables, shares: list[tuple[float, str]]) -> None:
    assert [share for share, _ in shares] == sorted(share for share, _ in shares)
    assert any("relation 2 of 2" in message for _, message in shares)


def test_sdv_sees_neither_names_nor_values(model: HmaTables) -> None:
    for secret in (b"customers", b"Rome", b"amount", b"S-0"):
        assert secret not in model._content


def test_a_stored_model_draws_the_same_and_only_with_its_signature(model: HmaTables, drawn: Frames, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    model.save_signed(path, SIGNER)
    assert holds_tables(path)
    loaded = load_tables(path, SIGNER, Settings())
    again = loaded.sample(seed=7)
    loaded.close()
    assert all(again[name].equals(frame) for name, frame in drawn.items())
    with pytest.raises(InvalidInput, match="not this workspace's"):
        load_tables(path, Signer(b"e" * 32), Settings())
    with pytest.raises(InvalidInput, match="allow_busl_engines"):
        load_tables(path, SIGNER, Settings(allow_busl_engines=False))
    state, arrays = load_archive(path, ARCHIVE)
    del state["signature"]
    save_archive(path, ARCHIVE, state, arrays)
    with pytest.raises(InvalidInput, match="no signature"):
        HmaTables.load_signed(path, SIGNER)


def test_its_limits_come_back_in_its_words_with_our_engine_as_the_way_out() -> None:
    frames = {"a": pd.DataFrame({"id": range(10), "x": range(10)})}
    relations = []
    for parent, child in (("a", "b"), ("b", "c"), ("c", "d")):
        frames[child] = pd.DataFrame({"id": range(10), "up": range(10)})
        relations.append(Relation(parent=parent, child=child, key="id", foreign_key="up"))
    with pytest.raises(InvalidInput, match=r"SDV refused .*more than 5 tables or relationship depth greater than 2") as refused:
        fit_hma(tables(frames), relations)
    assert "engine='auto'" in str(refused.value.hint)


def test_a_cancel_ends_the_process_and_takes_its_files(small_shop: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def cancel(share: float, message: str) -> None:
        if message == "starting SDV":
            assert list(tmp_path.iterdir())
            raise JobCancelled("enough")

    started = time.monotonic()
    with pytest.raises(JobCancelled):
        fit_hma(tables(small_shop), RELATIONS, progress=cancel)
    assert time.monotonic() - started < 5
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_no_codec_keeps_is_named_with_its_table_before_sdv_starts(small_shop: Frames) -> None:
    bad = small_shop["orders"].assign(note=pd.Categorical([f"note {number} of many" for number in range(len(small_shop["orders"]))]))
    with pytest.raises(InvalidInput) as refused:
        fit_hma({"customers": Table.of(small_shop["customers"]), "orders": Table.of(bad, {"note": "text"})}, RELATIONS[:1])
    assert refused.value.field == "orders.note"


def test_a_table_that_refers_to_itself_is_refused_by_name() -> None:
    staff = pd.DataFrame({"id": range(10), "boss": [0] * 10})
    with pytest.raises(InvalidInput, match=r"refers to itself: staff.boss → staff.id"):
        fit_hma(tables({"staff": staff}), [Relation(parent="staff", child="staff", key="id", foreign_key="boss")])


def test_it_is_refused_where_it_is_switched_off(small_shop: Frames) -> None:
    with pytest.raises(InvalidInput, match="allow_busl_engines"):
        fit_hma(tables(small_shop), RELATIONS, settings=Settings(allow_busl_engines=False))
