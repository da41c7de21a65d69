from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from imcp_jupyter.config import Settings
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
