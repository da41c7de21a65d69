from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.gatf.report import render_html
from imcp_jupyter.gatf.run import run_gatf
from imcp_jupyter.gatf.validate import validate_data
from imcp_jupyter.models.validation import ReportDocument

from ..conftest import mixed

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def hostile_page() -> str:
    frame = mixed(120, 0).rename(columns={"x": HOSTILE, "level": '"><img src=x onerror=alert(2)>'})
    frame["amount"] = frame["amount"].astype(str) + "</title><svg/onload=alert(3)>"
    other = frame.sample(100, random_state=0).assign(**{"{{ 7*7 }}": 1})
    names = {"synthetic": HOSTILE, "real": "' onmouseover='alert(4)"}
    return render_html(run_gatf(Table.of(other), Table.of(frame), names=names, replicates=10))


def test_hostile_names_and_cells_are_inert(hostile_page: str) -> None:
    assert "<script" not in hostile_page
    assert "<img" not in hostile_page
    assert "<svg/onload" not in hostile_page
    assert "onmouseover='" not in hostile_page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile_page
    assert "{{ 7*7 }}" in hostile_page


class Elements(HTMLParser):
    """Every start tag with its attribute names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_page_loads_and_runs_nothing(unseen_report: ReportDocument, hostile_page: str) -> None:
    for page in (render_html(unseen_report), hostile_page):
        elements = Elements(page)
        assert not elements.tags & {"script", "img", "link", "iframe", "object", "embed", "a", "form", "image", "use"}
        assert not elements.attributes & {"src", "href", "xlink:href", "srcset", "action"}
        assert not [name for name in elements.attributes if name.startswith("on")]
        assert not re.search(r"url\(|@import|https?://", page)
        assert "default-src 'none'" in page


def test_the_verdict_comes_first_with_score_interval_level_and_badge(unseen_report: ReportDocument) -> None:
    page = render_html(unseen_report)
    first = page[page.index("<main") : page.index("<h2>")]
    for text in (f"{unseen_report.score:.1f}", f"{unseen_report.interval[0]:.1f}", "Verified", f"{unseen_report.badge.capitalize()} badge"):
        assert text in first


def test_a_failed_gate_is_explained_with_what_to_do(copied_report: ReportDocument) -> None:
    page = render_html(copied_report)
    assert "Capped at 24 by a failed gate" in page
    assert page.index("What to do") < page.index("Do not share this table.")


def test_verdict_why_evidence_and_what_to_do_follow_each_other(copied_report: ReportDocument) -> None:
    page = render_html(copied_report)
    marks = ('class="verdict fail"', "<h2>Why</h2>", "<h2>Evidence</h2>", "Pairs of columns", "<h2>What to do</h2>", "<h2>Weights and")
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_wide_table_stays_under_two_megabytes() -> None:
    rng = np.random.default_rng(0)
    frames = [pd.DataFrame(rng.normal(size=(60, 150))).add_prefix("a column with a rather long name ") for _ in range(2)]
    texts = [
        frame.join(pd.DataFrame({f"text {at}": [letter * 500 for letter in rng.choice(list("abcdefgh"), 60)] for at in range(150)}))
        for frame in frames
    ]
    page = render_html(validate_data(Table.of(texts[0]), Table.of(texts[1]), replicates=5))
    assert len(page.encode()) < 2_000_000
    assert "more are not drawn" in page


def test_a_report_without_the_real_table_is_drawn() -> None:
    page = render_html(run_gatf(Table.of(mixed(50, 0))))
    assert "Not measured: quality, utility, privacy" in page
    assert '<p class="level">Not measured</p>' in page
    assert 'text-anchor="middle">–</text>' in page


def test_light_dark_print_and_readers_are_served(unseen_report: ReportDocument) -> None:
    page = render_html(unseen_report)
    for text in ("prefers-color-scheme: dark", "@media print", 'lang="en"', 'role="img"', "aria-label="):
        assert text in page


def test_every_text_colour_has_contrast_enough() -> None:
    from imcp_jupyter.gatf.report.page import _TEMPLATES

    css = (_TEMPLATES / "report.css").read_text()
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]
    assert len(schemes) == 2
    for colours in schemes:
        pairs = [(text, ground) for text in ("ink", "soft") for ground in ("paper", "card")]
        pairs += [("pass", "pass-bg"), ("warn", "warn-bg"), ("fail", "fail-bg"), ("soft", "fill")]
        for text, ground in pairs:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio."""
    lights = sorted(luminance(colour) for colour in (first, second))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_whatever_a_document_holds_is_drawn_and_inert(hostile: ReportDocument) -> None:
    page = render_html(hostile)
    assert not Elements(page).tags & {"script", "img", "a"}
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 10
    for text in ("Evidence for controls", "Art. 5", "Distance to the nearest training row", "Pairs of columns", "2 more are not drawn"):
        assert text in page
    for name in ("Quality", "Privacy", "Fairness", "Security"):
        assert f"<h3>{name}</h3>" in page


def test_records_in_the_evidence_are_a_table(hostile: ReportDocument) -> None:
    page = render_html(hostile)
    assert '<th scope="col">group</th><th scope="col" class="number">rows</th><th scope="col" class="number">rate</th>' in page
    assert '<td>other</td><td class="number">60</td><td class="number">–</td>' in page


def test_weights_and_thresholds_are_explained(unseen_report: ReportDocument) -> None:
    page = render_html(unseen_report)
    for text in ("weight of privacy", "What leaks cannot be called back", "passes from", "Four fifths of the way to real rows"):
        assert text in page
    assert "80 % of the way from the bad case to what real rows reach" in page
    assert all(check.basis for check in unseen_report.checks if check.verdict != "skipped")


def test_failed_checks_are_open(copied_report: ReportDocument, unseen_report: ReportDocument) -> None:
    assert render_html(copied_report).count("<details open>") == 6
    failed = sum(check.verdict == "fail" for check in unseen_report.checks)
    assert render_html(unseen_report).count("<details open>") == failed
