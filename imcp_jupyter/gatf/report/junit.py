"""A report as JUnit XML, which continuous integration shows test by test."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...models.validation import Check, ReportDocument
from .words import advice, groups

# Characters that XML 1.0 cannot hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(document: ReportDocument, fail_under: float | None = None) -> str:
    """One suite per dimension, one case per check. A case 'score' fails below `fail_under` (in the report's own scale)."""
    root = Element("testsuites", name=legal(f"{document.kind} of {document.synthetic.name}"))
    for name, checks in groups(document.checks).items():
        suite = _suite(root, name)
        for check in checks:
            _case(suite, check)
    if fail_under is not None:
        suite = _suite(root, "trust")
        case = SubElement(suite, "testcase", classname="gatf.trust", name="score")
        if not document.score >= fail_under:
            said = f"the score {document.score:.4g} is under {fail_under:g}"
            SubElement(case, "failure", message=said, type="score").text = said
    for suite in root:
        _count(suite)
    root.set("tests", str(sum(int(suite.get("tests", "0")) for suite in root)))
    root.set("failures", str(sum(int(suite.get("failures", "0")) for suite in root)))
    root.set("time", f"{document.seconds:.3f}")
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(root: Element, name: str) -> Element:
    return SubElement(root, "testsuite", name=legal(name))


def _case(suite: Element, check: Check) -> None:
    case = SubElement(suite, "testcase", classname=legal(f"gatf.{check.dimension}"), name=legal(check.id))
    said = legal(check.explanation)
    if check.verdict == "fail":
        SubElement(case, "failure", message=said, type=check.verdict).text = legal(f"{check.title}: {check.explanation}\n{advice(check)}")
    elif check.verdict == "skipped":
        SubElement(case, "skipped", message=said)
    else:
        SubElement(case, "system-out").text = f"{check.verdict}: {said}"


def _count(suite: Element) -> None:
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))


def legal(text: str) -> str:
    """`text` without what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
