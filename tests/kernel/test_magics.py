"""The magics in a real kernel, by its own messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run a cell; gives its status, printed text, shown data and error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMCP_HOME", str(tmp_path_factory.mktemp("kernel")))
        manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)

    def execute(code: str) -> dict[str, Any]:
        seen: dict[str, Any] = {"text": "", "data": {}}

        def on_output(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                seen["text"] += content["text"]
            elif message["msg_type"] in ("execute_result", "display_data"):
                seen["data"] = content["data"]

        reply = client.execute_interactive(code, output_hook=on_output, timeout=120)
        return seen | reply["content"]

    assert execute("%load_ext imcp_jupyter")["status"] == "ok"
    execute('import imcp_jupyter as imcp; real = imcp.workspace().datasets["demo:adult"].to_pandas().head(1000)')
    try:
        yield execute
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_generating_binds_the_frame_to_the_name(run: Run) -> None:
    reply = run("%imcp generate tabular real --rows 120 --engine cart --seed 7 --as twin")
    assert reply["status"] == "ok"
    assert "twin@1: 120 synthetic rows" in reply["data"]["text/plain"]
    assert "<table" in reply["data"]["text/html"]
    assert run("twin.shape")["data"]["text/plain"] == "(120, 15)"


def test_a_yaml_cell_gives_the_same_as_a_line(run: Run) -> None:
    reply = run("%%imcp generate tabular\ndata: real\nrows: 120\nengine: cart\nseed: 7\nname: twin_by_cell\n")
    assert reply["status"] == "ok"
    run("%imcp generate tabular real --rows 120 --engine cart --seed 7 --as twin_by_line")
    assert run("twin_by_line.equals(twin_by_cell)")["data"]["text/plain"] == "True"


SHOP = """
import numpy as np, pandas as pd
people = pd.DataFrame({"id": np.arange(100, 160), "age": np.arange(60) % 40 + 20})
orders = pd.DataFrame({"people_id": np.repeat(people["id"], 3).to_numpy(), "amount": np.arange(180) * 1.5})
shop = {"people": people, "orders": orders}
"""


@pytest.mark.parametrize("data", ["people=people orders=orders", "shop", "'{people: people, orders: orders}'"])
def test_several_tables_are_variables_and_come_back_by_name(run: Run, data: str) -> None:
    run(SHOP)
    reply = run(f"%imcp generate tabular {data} --rows 30 --engine copula --seed 7 --as twins")
    assert reply["status"] == "ok", reply["text"]
    assert "<b>orders</b>" in reply["data"]["text/html"]
    assert run("{name: len(frame) for name, frame in twins.items()}")["data"]["text/plain"] == "{'people': 30, 'orders': 90}"


def test_several_tables_may_stand_in_a_cell(run: Run) -> None:
    run(SHOP)
    reply = run("%%imcp generate tabular\ndata:\n  people: people\n  orders: orders\nrows: 30\nengine: copula\nseed: 7\n")
    assert "2 tables, 120 synthetic rows and 1 relations" in reply["data"]["text/plain"]


def test_reports_come_as_rich_results(run: Run) -> None:
    run("%imcp generate tabular real --rows 300 --engine cart --seed 7 --as judged")
    reply = run("%imcp validate judged --real real")
    assert "<Report validation 0." in reply["data"]["text/plain"]
    assert "quality" in reply["data"]["text/html"]


def test_lists_are_tables(run: Run) -> None:
    reply = run("%imcp datasets")
    assert "demo:adult" in reply["data"]["text/plain"]
    assert "<th>dataset</th>" in reply["data"]["text/html"]
    for verb in ("jobs", "models", "reports", "status"):
        assert run(f"%imcp {verb}")["status"] == "ok"


def test_help_shows_every_verb_with_an_example(run: Run) -> None:
    text = run("%imcp help")["data"]["text/plain"]
    assert "%imcp generate tabular demo:adult" in text
    assert "%imcp gatf" in text
    assert "--engine ENGINE" in run("%imcp generate tabular --help")["data"]["text/plain"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%imcp generate tabular rael", "data: there is no dataset 'rael'"),
        ("%imcp generate tabular real --rows 0", "rows: input should be greater than or equal to 1, got 0"),
        ("%imcp generate tabular real --engine crat", "did you mean 'cart'"),
        ("%imcp generate tabular real --columns incom", "columns: there is no column 'incom' (did you mean 'income'?)"),
        ("%imcp fly", "'fly' is not a verb"),
        ("%imcp generate tabular 'real", "no closing quotation"),
        ("%%imcp generate tabular\n- a\n- b", "one parameter per line"),
        ("%%imcp generate tabular\na: [", "not YAML"),
    ],
)
def test_bad_words_give_one_clear_line_and_fail_the_cell(run: Run, line: str, message: str) -> None:
    reply = run(line)
    assert reply["status"] == "error"
    assert message in reply["text"]
    assert "Traceback" not in reply["text"]
    assert len(reply["text"].strip().splitlines()) == 1


def test_names_complete(run: Run) -> None:
    code = "get_ipython().Completer.matches if False else sorted(get_ipython().complete('', '%imcp ')[1])[:3]"
    assert "'cancel'" in run(code)["data"]["text/plain"]
    options = run("get_ipython().complete('--', '%imcp generate tabular real --')[1]")["data"]["text/plain"]
    assert "'--engine'" in options
