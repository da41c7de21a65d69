from __future__ import annotations

import pickle

import pytest

from imcp_jupyter.errors import ImcpError, InvalidInput, MissingExtra, NotFound, did_you_mean, error_from_dict


def test_an_error_reads_as_field_rule_and_hint() -> None:
    assert (
        str(InvalidInput("must be at least 1, got 0", field="rows", hint="ask for one row"))
        == "rows: must be at least 1, got 0 (ask for one row)"
    )


@pytest.mark.parametrize("kind", [ImcpError, InvalidInput, NotFound, MissingExtra])
def test_an_error_survives_the_wire_and_pickling(kind: type[ImcpError]) -> None:
    error = kind("broken", hint="mend it", field="x")
    for copy in (error_from_dict(error.to_dict()), pickle.loads(pickle.dumps(error))):
        assert type(copy) is kind
        assert copy.to_dict() == error.to_dict()


def test_an_unknown_code_becomes_a_plain_error() -> None:
    assert type(error_from_dict({"code": "from the future", "message": "m"})) is ImcpError


def test_a_missing_extra_names_the_install_line() -> None:
    assert "pip install 'imcp_jupyter[aws]'" in str(MissingExtra.named("aws", "reading s3://"))


def test_hints_name_the_nearest_option_or_the_few_there_are() -> None:
    assert did_you_mean("incom", ["income", "age"]) == "did you mean 'income'?"
    assert did_you_mean("zzz", ["income", "age"]) == "there is: income, age"
    assert did_you_mean("zzz", [f"option{i}" for i in range(50)]) is None
