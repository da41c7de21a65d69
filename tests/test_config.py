from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from imcp_jupyter.config import Settings, fit_threads
from imcp_jupyter.errors import InvalidInput


def test_every_setting_says_what_it_means() -> None:
    assert all(item.metadata["help"] for item in fields(Settings))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMCP_HOME", str(tmp_path))
    monkeypatch.setenv("IMCP_WORKERS", "5")
    monkeypatch.setenv("IMCP_ALLOW_BUSL_ENGINES", "no")
    settings = Settings.load()
    assert (settings.home, settings.workers, settings.allow_busl_engines) == (tmp_path, 5, False)


@pytest.mark.parametrize(("name", "value"), [("IMCP_WORKERS", "many"), ("IMCP_ALLOW_BUSL_ENGINES", "perhaps")])
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as caught:
        Settings.load()
    assert caught.value.field == name
    assert repr(value) in caught.value.message


def test_a_worker_fits_on_its_share_of_the_cores_and_a_script_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMCP_THREADS_PER_WORKER", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert fit_threads() == 1
    monkeypatch.setenv("IMCP_THREADS_PER_WORKER", "3")
    assert fit_threads() == 3
    monkeypatch.delenv("IMCP_THREADS_PER_WORKER")
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert fit_threads() >= 1
