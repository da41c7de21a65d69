from __future__ import annotations

import pytest

from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.tools.arguments import HelpWanted, parse_arguments, split_verb


def parsed(line: str) -> tuple[str, dict[str, object]]:
    tool, rest = split_verb(line.split())
    return tool.name, parse_arguments(tool, rest, "imcp")


def test_words_become_the_arguments_of_a_tool() -> None:
    assert parsed("generate tabular demo:adult --rows 50 --engine cart --seed 7 --as twin") == (
        "generate_tabular",
        {"data": "demo:adult", "rows": 50, "engine": "cart", "seed": 7, "name": "twin"},
    )


def test_a_tool_name_is_a_verb_too() -> None:
    assert parsed("run_gatf_validation s --real r --holdout h") == ("run_gatf_validation", {"synthetic": "s", "real": "r", "holdout": "h"})


def test_lists_flags_and_structures_are_read() -> None:
    assert parsed("generate tabular d --columns age sex")[1]["columns"] == ["age", "sex"]
    assert parsed("datasets --all-versions")[1] == {"all_versions": True}
    assert parsed('import f.csv --table-schema {"zip":"id"}')[1]["table_schema"] == {"zip": "id"}


@pytest.mark.parametrize("words", ["customers=c.csv orders=demo:adult", "{customers:\u00a0c.csv,orders:\u00a0demo:adult}"])
def test_several_tables_are_named_one_by_one_or_as_a_mapping(words: str) -> None:
    tool, rest = split_verb(["generate", "tabular", *(word.replace("\u00a0", " ") for word in words.split(" ")), "--rows", "5"])
    assert parse_arguments(tool, rest, "imcp") == {"data": {"customers": "c.csv", "orders": "demo:adult"}, "rows": 5}


@pytest.mark.parametrize("word", ["s3://bucket/day=1/x.parquet", "./a=b.csv", "people@2", "kernel:1/frame"])
def test_one_reference_stays_one(word: str) -> None:
    assert parsed(f"generate tabular {word}")[1] == {"data": word}


def test_a_relation_is_one_word() -> None:
    given = parsed("generate tabular a=a.csv b=b.csv --relations b.a_id=a.id --on-orphans drop")[1]
    assert given["relations"] == ["b.a_id=a.id"]
    assert given["on_orphans"] == "drop"


def test_a_table_without_a_name_among_several_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"given as NAME=REFERENCE each, got 'o.csv'"):
        parsed("generate tabular customers=c.csv o.csv")


def test_help_is_text_with_an_example() -> None:
    with pytest.raises(HelpWanted, match="example: imcp generate tabular demo:adult"):
        parsed("generate tabular --help")


@pytest.mark.parametrize("line", ["generate", "generate tabluar x"])
def test_half_a_verb_lists_the_whole_ones(line: str) -> None:
    with pytest.raises(NotFound, match="generate tabular"):
        parsed(line)


def test_an_unknown_verb_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'validate'"):
        parsed("valdate x")


@pytest.mark.parametrize("line", ["generate tabular", "generate tabular d --rowz 3", "validate s"])
def test_missing_and_unknown_options_are_refused(line: str) -> None:
    with pytest.raises(InvalidInput, match="--help"):
        parsed(line)


def test_a_broken_structure_is_named() -> None:
    with pytest.raises(InvalidInput, match="table_schema"):
        parsed("import f.csv --table-schema {a")
