from __future__ import annotations

import ast
from pathlib import Path

from .requirements import REQUIREMENTS


def test_every_promise_has_tests_that_exist() -> None:
    names = {
        node.name
        for path in Path(__file__).parent.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    missing = {key: [test for test in requirement.tests if test not in names] for key, requirement in REQUIREMENTS.items()}
    assert {key: tests for key, tests in missing.items() if tests} == {}
    assert all(requirement.tests for requirement in REQUIREMENTS.values())
