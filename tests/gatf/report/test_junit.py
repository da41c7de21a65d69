from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from imcp_jupyter.gatf.report import render_junit
from imcp_jupyter.models.validation import ReportDocument


def test_each_check_is_a_case_of_its_dimension(hostile: ReportDocument) -> None:
    root = fromstring(render_junit(hostile))
    assert [suite.get("name") for suite in root] == ["fairness", "privacy", "security", "quality"]
    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    failure = root.find("testsuite[@name='privacy']/testcase[@name='identical_matches']/failure")
    assert failure is not None and "All rows are copies." in (failure.text or "")
    assert root.find("testsuite[@name='security']/testcase/skipped") is not None


@pytest.mark.parametrize(("least", "failures"), [(24.0, "1"), (24.1, "2")])
def test_a_score_under_the_limit_is_a_failed_case(hostile: ReportDocument, least: float, failures: str) -> None:
    assert fromstring(render_junit(hostile, least)).get("failures") == failures


def test_characters_that_xml_cannot_hold_are_replaced(hostile: ReportDocument) -> None:
    text = render_junit(hostile)
    assert "\x00" not in text
    assert "�" in text
