from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from imcp_jupyter.config import Settings
from imcp_jupyter.server.extension import IMCP


def test_every_setting_is_a_trait_with_its_help() -> None:
    traits = IMCP.class_traits(config=True)
    for item in fields(Settings):
        assert item.metadata["help"] in traits[item.name].help


class TestConfigured:
    @pytest.fixture
    def imcp_config(self) -> dict[str, Any]:
        return {"workers": 3, "allow_busl_engines": False}

    async def test_traits_reach_the_settings_and_the_rest_keeps_its_defaults(self, jp_serverapp) -> None:
        settings = jp_serverapp.web_app.settings["imcp_runtime"].settings
        assert (settings.workers, settings.allow_busl_engines, settings.preview_rows) == (3, False, 20)

    async def test_engines_that_are_switched_off_are_on_no_face_of_the_lab(self, lab, jp_serverapp) -> None:
        assert "sdv:" not in str(await lab.get("api/v1/tools/generate_tabular"))
        assert os.environ["IMCP_ALLOW_BUSL_ENGINES"] == "0"  # what workers and kernels inherit


async def test_kernels_of_the_lab_find_the_workspace(jp_serverapp, tmp_path: Path) -> None:
    assert Path(os.environ["IMCP_HOME"]) == tmp_path / "workspace"


async def test_a_server_that_started_no_job_stops_cleanly(lab, jp_serverapp) -> None:
    await lab.get("readyz")
    await jp_serverapp.extension_manager.stop_all_extensions()


async def test_the_start_hook_opens_the_workspace(jp_serverapp, tmp_path: Path) -> None:
    await jp_serverapp.extension_manager.start_all_extensions()
    assert (tmp_path / "workspace" / "workspace.sqlite").exists()


def test_importing_the_extension_loads_neither_sdk_nor_database_nor_pandas() -> None:
    heavy = ("mcp", "mcp_types", "starlette", "sqlalchemy", "pandas", "numpy", "pyarrow", "sklearn", "scipy")
    code = f"import sys, imcp_jupyter.server.extension; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
