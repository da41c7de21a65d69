from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.workspace.keys import signing_key
from imcp_jupyter.workspace.workspace import Workspace


def test_the_signing_key_is_made_on_first_use_for_its_owner_only(workspace: Workspace) -> None:
    path = workspace.home / "keys" / "model-signing.key"
    assert not path.exists()
    key = workspace.signer.key
    assert path.read_bytes() == key == workspace.signer.key
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_who_asks_at_the_same_time_gets_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: signing_key(tmp_path / "keys"), range(40)))) == 1


def test_two_workspaces_have_two_keys(tmp_path: Path) -> None:
    assert signing_key(tmp_path / "one") != signing_key(tmp_path / "two")


def test_a_damaged_key_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model-signing.key").write_bytes(b"short")
    with pytest.raises(InvalidInput, match=r"model-signing.key' holds 5 bytes"):
        signing_key(tmp_path)
