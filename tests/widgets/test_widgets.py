from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbconvert import HTMLExporter

from imcp_jupyter import widgets
from imcp_jupyter.errors import NotFound
from imcp_jupyter.widgets import base

MAX_BUNDLE = 150_000


def test_importing_the_package_loads_no_widget_library() -> None:
    probe = "import sys, imcp_jupyter.widgets; print(sorted({'anywidget', 'ipywidgets', 'pandas', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_widget_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        widgets.Nothing  # noqa: B018
    assert {"DataPreview", "TrustReport"} <= set(dir(widgets))


def test_all_widgets_share_one_small_bundle() -> None:
    assert len(base.bundle("imcp.js").encode()) <= MAX_BUNDLE
    assert "imcp-report" in base.bundle("imcp.css")


def test_the_bundle_fetches_nothing() -> None:
    text = base.bundle("imcp.js") + base.bundle("imcp.css")
    assert re.findall(r"(?<![.\w])fetch\(|XMLHttpRequest|WebSocket|@import|url\(|import\(", text) == []


def test_a_tree_that_was_never_built_says_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(base, "STATIC", tmp_path)
    base.bundle.cache_clear()
    try:
        with pytest.raises(NotFound, match="is not built") as caught:
            base.bundle("imcp.js")
        assert "npm run build" in (caught.value.hint or "")
    finally:
        base.bundle.cache_clear()


def test_nbconvert_shows_the_static_picture_where_no_widget_state_is_saved() -> None:
    data, metadata = widgets.DataPreview(pd.DataFrame({"answer": [42]}))._repr_mimebundle_() or ({}, {})
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("preview", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "imcp-static-grid" in page
    assert "application/vnd.jupyter.widget-view" not in page
