"""A suite's outcome as JUnit XML, which continuous integration shows test by test."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...models.suite import CaseOutcome, MetricLine
from ..report.junit import legal


def suite_junit(suite: str, cases: Sequence[CaseOutcome], lines: Sequence[MetricLine]) -> str:
    """One test suite per case, one test per metric; a case that could not be run is an error, a failed gate a failure."""
    root = Element("testsuites", name=legal(suite))
    for case in cases:
        part = SubElement(root, "testsuite", name=legal(case.case), time=f"{case.seconds:.3f}")
        if case.error is not None:
            SubElement(_test(part, case.case, "run"), "error", message=legal(case.error))
        for gate in case.gates_failed:
            SubElement(_test(part, case.case, f"gate {gate}"), "failure", message=f"the gate {gate} failed")
        for line in lines:
            if line.case != case.case:
                continue
            test = _test(part, case.case, line.metric)
            if line.verdict == "fail":
                SubElement(test, "failure", message=legal(line.reason or "")).text = line.model_dump_json()
            else:
                SubElement(test, "system-out").text = line.model_dump_json()
        _count(part)
    _count(root)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _test(part: Element, case: str, name: str) -> Element:
    return SubElement(part, "testcase", classname=legal(f"gatf.{case}"), name=legal(name))


def _count(element: Element) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(name, str(sum(1 for _ in element.iter(tag))))
