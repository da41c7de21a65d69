from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from imcp_jupyter.errors import NotFound
from imcp_jupyter.gatf.security import scan_model_file


class Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("ran",)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_runs_code_is_told_without_running_it(tmp_path: Path, protocol: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(Runs(), protocol=protocol))
    assert [fault.kind for fault in scan_model_file(path)] == ["code", "pickle"]
    assert capsys.readouterr().out == ""


def test_json_and_arrays_have_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    np.savez(tmp_path / "arrays.npz", a=np.arange(5), b=np.zeros(2_000_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("head.json", json.dumps({"a": 1}))
        archive.write(tmp_path / "arrays.npz", "arrays.npz")
    assert scan_model_file(path) == []
    assert scan_model_file(tmp_path / "arrays.npz") == []


def test_members_that_lead_out_and_pickles_inside_are_named(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.txt", "x")
        archive.writestr("inner.bin", pickle.dumps(Runs()))
    assert [(fault.kind, fault.part) for fault in scan_model_file(path)] == [
        ("path", "../../evil.txt"),
        ("code", "inner.bin"),
        ("pickle", "inner.bin"),
    ]


def test_a_broken_deflate_stream_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.bin", bytes(range(256)) * 40)
    raw = bytearray(path.read_bytes())
    start = 30 + len("weights.bin")
    raw[start : start + 20] = b"\xff" * 20
    path.write_bytes(raw)
    assert [fault.kind for fault in scan_model_file(path)] == ["broken"]


def test_an_array_of_objects_is_a_pickle(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.array([{}], dtype=object))
    assert "pickle" in {fault.kind for fault in scan_model_file(tmp_path / "a.npz")}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.zip"):
        scan_model_file(tmp_path / "gone.zip")
