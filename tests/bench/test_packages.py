from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from bench import packages


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packages, "STORE", tmp_path)
    return tmp_path


def test_a_file_is_read_out_of_a_kept_wheel(store: Path) -> None:
    with zipfile.ZipFile(store / "flowers-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("flowers/data/iris.csv", "a,b\n1,2\n")
    assert packages.member("flowers", "1.0", "data/iris.csv").read() == b"a,b\n1,2\n"


def test_a_file_is_read_out_of_a_kept_source_archive(store: Path) -> None:
    with tarfile.open(store / "flowers-1.0.tar.gz", "w:gz") as source:
        entry = tarfile.TarInfo("flowers-1.0/data/iris.csv")
        entry.size = 4
        source.addfile(entry, io.BytesIO(b"a,b\n"))
    assert packages.member("flowers", "1.0", "data/iris.csv").read() == b"a,b\n"


def test_a_file_that_the_package_lacks_is_named(store: Path) -> None:
    with zipfile.ZipFile(store / "flowers-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("flowers/__init__.py", "")
    with pytest.raises(packages.NotToBeHad, match=r"flowers 1\.0 carries no file data/iris\.csv"):
        packages.member("flowers", "1.0", "data/iris.csv")


def test_a_package_that_pip_cannot_fetch_is_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(store))
    with pytest.raises(packages.NotToBeHad, match=r"flowers==1\.0 could not be fetched"):
        packages.member("flowers", "1.0", "data/iris.csv")
