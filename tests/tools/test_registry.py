from __future__ import annotations

import json

import jsonschema
import pytest

from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.tools.icons import icon_data_uri
from imcp_jupyter.tools.registry import all_tools, find_tool, register


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_every_tool_describes_itself(tool: object) -> None:
    assert tool.title and tool.description.endswith(".")  # type: ignore[attr-defined]
    for schema in (tool.input_schema(), tool.output_schema()):  # type: ignore[attr-defined]
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        json.dumps(schema)
    assert icon_data_uri(tool.icon).startswith("data:image/svg+xml;base64,")  # type: ignore[attr-defined]


def test_the_order_of_tools_is_fixed() -> None:
    names = [tool.name for tool in all_tools()]
    assert names == sorted(names)
    assert {"generate_tabular", "validate_data", "run_gatf_validation", "import_data", "list_datasets", "preview_dataset", "get_job",
            "list_jobs", "cancel_job"} <= set(names)  # fmt: skip


def test_an_unknown_tool_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'generate_tabular'"):
        find_tool("generate_tabluar")


def test_a_name_can_be_taken_only_once() -> None:
    with pytest.raises(InvalidInput, match="there already is a tool 'get_job'"):
        register(find_tool("get_job"))


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ({}, "data", "required"),
        ({"data": "demo:adult", "row": 5}, "row", "did you mean 'rows'"),
        ({"data": "demo:adult", "rows": 0}, "rows", "greater than or equal to 1, got 0"),
        ({"data": "demo:adult", "rows": -5}, "rows", "got -5"),
        ({"data": "demo:adult", "rows": "many"}, "rows", "valid integer"),
        ({"data": 7}, "data", "valid string"),
        ({"data": "demo:adult", "name": "a/b"}, "name", "cannot name a dataset"),
        ({"data": "demo:adult", "seed": -1}, "seed", "got -1"),
    ],
)
def test_a_bad_parameter_is_named_with_the_rule(arguments: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_tool("generate_tabular").parse(arguments)
    assert caught.value.field == field
    assert words in str(caught.value)
