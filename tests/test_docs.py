from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.tools.registry import register, unregister

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def made() -> Any:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "reference.md").read_text() == made().render(), "run make docs"


def test_the_published_schema_is_what_the_model_says() -> None:
    assert (ROOT / "docs" / "schemas" / "report-1.json").read_text() == made().schema_text(), "run make docs"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)\)", page.read_text())
    broken = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert broken == []


def test_the_python_of_the_readme_runs(home: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    scope: dict[str, object] = {}
    exec(block.replace("10_000", "500"), scope)
    assert scope["report"].score > 50  # type: ignore[attr-defined]


def test_the_tool_of_the_contributing_page_works(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    (tmp_path / "page_tools.py").write_text(block)
    monkeypatch.syspath_prepend(str(tmp_path))
    register(importlib.import_module("page_tools").CountRows())
    try:
        assert imcp.count_rows(pd.DataFrame({"x": range(5)})).count == 5
    finally:
        unregister("count_rows")
