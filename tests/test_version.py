from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import imcp_jupyter

ROOT = Path(__file__).parent.parent


def test_python_javascript_and_the_changelog_have_one_version() -> None:
    package = json.loads((ROOT / "js" / "package.json").read_text())
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text())
    assert package["version"] == lock["version"] == version("imcp_jupyter") == imcp_jupyter.__version__
    assert f"## {imcp_jupyter.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_lock_files_carry_no_download_addresses() -> None:
    for name in ("constraints.txt", "js/package-lock.json"):
        text = (ROOT / name).read_text()
        assert '"resolved"' not in text
        assert " @ " not in text
        assert "://" not in "".join(line for line in text.splitlines() if "funding" not in line and '"url"' not in line)
