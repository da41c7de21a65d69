"""The section on accuracy runs on a small table, so that it does not rot between measurements."""

from __future__ import annotations

import pytest

from bench import rivals


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    text = rivals.section(rows=300, minutes=0.01, packages=False)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_every_engine_stands_beside_tabularargn(lines: list[list[str]]) -> None:
    names = [line[0] for line in lines[4:]]
    assert names[:3] == ["`cart`", "`copula`", "SDV GaussianCopula, defaults"]
    assert names[3].startswith("TabularARGN, defaults, cut at")
    assert lines[-1][3] == "1 / 1"


def test_more_rows_come_nearer(lines: list[list[str]]) -> None:
    fresh, cart = lines[2], lines[4]
    assert float(fresh[5]) > float(fresh[4])
    assert float(cart[5]) > float(cart[4])
