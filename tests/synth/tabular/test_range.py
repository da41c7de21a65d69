"""Parts of one draw, drawn alone: what lets any number of workers share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from bench.tables import census
from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.synth.constraints.model import ConstrainedModel, fit_constrained
from imcp_jupyter.synth.tabular.cart import CartEngine
from imcp_jupyter.synth.tabular.copula import CopulaEngine
from imcp_jupyter.synth.tabular.engine import BLOCK_ROWS, TabularEngine, TabularModel

ROWS = 2 * BLOCK_ROWS + 5_000


@pytest.fixture(scope="module", params=[CartEngine, CopulaEngine], ids=["cart", "copula"])
def model(request: pytest.FixtureRequest) -> TabularModel:
    engine: TabularEngine = request.param()
    return engine.fit(Table.of(census(2_000).assign(id=[f"P-{number:05d}" for number in range(2_000)])))


@pytest.fixture(scope="module")
def whole(model: TabularModel) -> pd.DataFrame:
    return model.sample(ROWS, seed=7)


def part(model: TabularModel, start: int, count: int) -> pd.DataFrame:
    return pd.concat(list(model.sample_range(ROWS, 7, start, count)), ignore_index=True)


@pytest.mark.parametrize(
    ("start", "count"), [(0, ROWS), (BLOCK_ROWS, BLOCK_ROWS), (BLOCK_ROWS - 3, 7), (2 * BLOCK_ROWS + 10, 4_990), (5, 1)]
)
def test_a_part_has_the_bytes_that_it_has_in_the_whole(model: TabularModel, whole: pd.DataFrame, start: int, count: int) -> None:
    assert content_hash(part(model, start, count)) == content_hash(whole.iloc[start : start + count])


@pytest.mark.parametrize("threads", [1, 2])
def test_neither_blas_threads_nor_workers_change_a_byte(model: TabularModel, whole: pd.DataFrame, threads: int) -> None:
    with threadpool_limits(threads), ThreadPoolExecutor(threads) as workers:
        parts = list(workers.map(lambda start: part(model, start, min(BLOCK_ROWS, ROWS - start)), range(0, ROWS, BLOCK_ROWS)))
    assert content_hash(pd.concat(parts, ignore_index=True)) == content_hash(whole)


def test_nothing_is_drawn_for_no_rows(model: TabularModel) -> None:
    assert list(model.sample_range(ROWS, 7, 100, 0)) == []


@pytest.mark.parametrize(("start", "count"), [(-1, 5), (0, ROWS + 1), (ROWS, 1), (0, -1)])
def test_a_part_outside_the_draw_is_refused(model: TabularModel, start: int, count: int) -> None:
    with pytest.raises(InvalidInput, match="not within the draw") as caught:
        list(model.sample_range(ROWS, 7, start, count))
    assert caught.value.field == "start"


def constrained(rule: dict[str, object], frame: pd.DataFrame) -> ConstrainedModel:
    return fit_constrained(CopulaEngine(), Table.of(frame), [parse_constraint(rule, 0)])


def test_constrained_rows_are_drawn_in_parts_too() -> None:
    model = constrained({"kind": "inequality", "low": "commute_minutes", "high": "rent", "on_violation": "drop_rows"}, census(2_000))
    drawn = model.sample(ROWS, seed=7)
    assert content_hash(part(model, BLOCK_ROWS + 5, 100)) == content_hash(drawn.iloc[BLOCK_ROWS + 5 : BLOCK_ROWS + 105])


def test_a_key_held_by_rejection_needs_the_rows_before_it() -> None:
    frame = census(300).drop_duplicates(["age", "trade", "hours"]).reset_index(drop=True)
    model = constrained({"kind": "unique", "columns": ["age", "trade", "hours"]}, frame)
    assert len(pd.concat(list(model.sample_range(200, 7, 0, 200)))) == 200
    with pytest.raises(InvalidInput, match="cannot be drawn alone"):
        model.sample_range(200, 7, 0, 100)
