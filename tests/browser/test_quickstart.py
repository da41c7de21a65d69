"""The quickstart as a data scientist sees it: open it in JupyterLab, run all cells, look, sort."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"


def test_the_quickstart_runs_and_shows_grid_and_report(lab, page: Page) -> None:
    page.set_viewport_size({"width": 1360, "height": 1500})
    lab.open(NOTEBOOK)
    lab.run_all()
    grid, report = page.locator(".imcp-grid"), page.locator(".imcp-report")
    expect(report).to_be_visible(timeout=120_000)
    expect(report.locator(".imcp-report-score")).to_contain_text(re.compile(r"\d\d\.\d"))
    for dimension in ("quality", "utility", "privacy"):
        expect(report.locator(f'.imcp-report-dimension[data-dimension="{dimension}"]')).to_be_visible()
    expect(page.locator(".jp-OutputArea-output", has_text=re.compile(r"^trust score \d+\.\d \[")).first).to_be_visible()
    expect(page.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]')).to_have_count(0)
    expect(page.locator('.jp-InputPrompt:text("[*]:")')).to_have_count(0)

    grid.scroll_into_view_if_needed()
    grid.locator('[data-column="age"]').click()
    ages = grid.locator("tbody tr td:nth-of-type(1)")
    expect(ages.first).to_have_text("17")
    drawn = [int(text) for text in ages.all_inner_texts()]
    assert drawn == sorted(drawn)

    page.locator(".jp-Cell", has=grid).first.evaluate("cell => cell.scrollIntoView({block: 'start'})")
    expect(grid.locator("tbody td").first).to_be_visible()
    lab.screenshot("quickstart")
