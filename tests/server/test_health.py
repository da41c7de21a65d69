from __future__ import annotations

import json

from imcp_jupyter import __version__


async def test_a_healthy_server_says_so(lab) -> None:
    assert await lab.get("healthz") == {"status": "ok", "version": __version__, "checks": {}}


async def test_a_ready_server_names_what_was_checked(lab) -> None:
    ready = await lab.get("readyz")
    assert ready["status"] == "ok"
    assert ready["checks"] == {"workspace": "ok", "database": "ok", "workers": "ok"}


async def test_a_workspace_that_cannot_be_opened_is_503_and_the_server_lives(lab, tmp_path) -> None:
    (tmp_path / "workspace").write_text("a file where the folder should be")
    response = await lab.fetch("readyz")
    assert response.code == 503
    assert "workspace folder" in json.loads(response.body)["checks"]["workspace"]
    assert (await lab.fetch("healthz")).code == 200
    assert (await lab.fetch("api/v1/datasets")).code == 422


async def test_a_workspace_that_is_mended_is_opened(lab, tmp_path) -> None:
    (tmp_path / "workspace").write_text("a file where the folder should be")
    assert (await lab.fetch("readyz")).code == 503
    (tmp_path / "workspace").unlink()
    assert (await lab.fetch("readyz")).code == 200
