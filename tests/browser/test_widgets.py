"""The widgets in a real JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

ROWS = 1_000_000
REPORT = Path(__file__).parents[1] / "widgets" / "report.json"

GRID = f"""
import numpy as np, pandas as pd
from imcp_jupyter import widgets
rng = np.random.default_rng(7)
n = {ROWS}
frame = pd.DataFrame({{
    "row": np.arange(n),
    "age": rng.integers(17, 91, n),
    "income": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(10, 0.8, n).round(2)),
    "workclass": rng.choice(["Private", "Self-employed", "Government", None], n),
    "<b>hostile</b>": "<img src=x onerror=console.error('cell')>",
    "active": rng.random(n) < 0.5,
    "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, n), unit="D"),
}})
widgets.DataPreview(frame)
"""

TRUST = f"""
import json
widgets.TrustReport(json.load(open({str(REPORT)!r})))
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (GRID, TRUST)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path = tmp_path / "widgets.ipynb"
    nbformat.write(nbformat.v4.new_notebook(metadata=kernel, cells=cells), path)
    return path


@pytest.fixture
def grid(lab, notebook: Path, page: Page) -> Locator:
    lab.open(notebook)
    lab.run_all()
    found = page.locator(".imcp-grid")
    expect(found.locator("tbody td").first).to_be_visible()
    return found


@pytest.fixture
def report(grid: Locator, page: Page) -> Locator:
    found = page.locator(".imcp-report")
    found.scroll_into_view_if_needed()
    return found


def cells(grid: Locator, column: int) -> Locator:
    """The drawn cells of a column, counted from 1."""
    return grid.locator(f"tbody tr td:nth-of-type({column})")


def test_a_click_on_a_header_sorts_a_million_rows_and_missing_values_come_last(lab, grid: Locator) -> None:
    expect(grid).to_contain_text("1,000,000 rows × 7 columns")
    expect(cells(grid, 1).first).to_have_text("0")
    header = grid.locator("th", has=grid.page.locator('[data-column="income"]'))
    grid.locator('[data-column="income"]').click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(cells(grid, 1).first).not_to_have_text("0")
    drawn = [float(text) for text in cells(grid, 3).all_inner_texts()]
    assert drawn == sorted(drawn)
    grid.locator('[data-column="income"]').click()
    expect(header).to_have_attribute("aria-sort", "descending")
    lab.screenshot("grid-sorted")
    grid.locator("regular-table").evaluate("table => { table.scrollTop = table.scrollHeight; }")
    expect(cells(grid, 3).last).to_have_attribute("aria-label", "missing")


def test_the_last_of_a_million_rows_is_reached_by_the_keyboard_and_hostile_text_stays_text(lab, grid: Locator) -> None:
    grid.locator("regular-table").focus()
    grid.page.keyboard.press("End")
    expect(cells(grid, 1).last).to_have_text(str(ROWS - 1))
    expect(grid).to_contain_text(f"of {ROWS:,}")
    expect(grid.locator("thead")).to_contain_text("<b>hostile</b>")
    expect(cells(grid, 5).first).to_contain_text("<img src=x")
    expect(grid.locator("img, b")).to_have_count(0)
    lab.screenshot("grid-last-row")


def test_a_filter_keeps_the_rows_that_fulfil_it_and_says_when_it_cannot(grid: Locator) -> None:
    grid.get_by_role("button", name="Filter").click()
    grid.get_by_label("Column").select_option("row")
    grid.get_by_label("Comparison").select_option("<")
    grid.get_by_label("Value").fill("8")
    grid.get_by_label("Value").press("Enter")
    expect(grid).to_contain_text("8 rows of 1,000,000")
    expect(cells(grid, 1).last).to_have_text("7")
    grid.get_by_label("Value").fill("old")
    grid.get_by_label("Value").press("Enter")
    expect(grid.locator(".imcp-error")).to_contain_text("'old' is not a number")
    grid.get_by_role("button", name="Remove the filter").click()
    expect(grid.locator(".imcp-error")).to_have_count(0)
    expect(cells(grid, 1).last).to_have_text("12")


def test_the_report_shows_score_dimensions_checks_and_distributions(lab, report: Locator) -> None:
    expect(report.locator(".imcp-report-score")).to_contain_text("82.7")
    expect(report.locator(".imcp-level")).to_have_text("high")
    expect(report.locator(".imcp-badge")).to_have_text("silver")
    expect(report.locator('.imcp-report-dimension[data-dimension="fairness"]')).to_contain_text("65.6")
    expect(report.locator('.imcp-report-dimension[data-dimension="grounding"]')).to_contain_text("no rules")
    expect(report.locator(".imcp-check")).to_have_count(11)
    expect(report.locator(".imcp-chart")).to_have_count(12)
    expect(report.locator(".imcp-map")).to_have_count(3)
    expect(report.locator(".imcp-controls")).to_contain_text("Art. 5(1)(d) Accuracy")
    expect(report.get_by_role("img", name=re.compile("^Distances of synthetic rows"))).to_be_visible()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        lab.set_theme(theme)
        lab.screenshot(f"report-{theme.split()[-1].lower()}")


def test_checks_open_by_keyboard_and_are_filtered_by_verdict(report: Locator) -> None:
    check = report.locator('.imcp-check[data-check="parity"]')
    expect(check).not_to_contain_text("real gap")
    check.get_by_role("button").focus()
    report.page.keyboard.press("Enter")
    expect(check.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    expect(check).to_contain_text("real gap")
    expect(check).to_contain_text("Hardt et al. 2016")
    report.get_by_role("button", name=re.compile(r"^warn ")).click()
    expect(report.locator(".imcp-check")).to_have_count(2)
    expect(check).to_have_count(0)
    report.get_by_role("button", name=re.compile(r"^all ")).click()
    expect(report.locator(".imcp-check")).to_have_count(11)
