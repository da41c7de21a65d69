from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.models.job import Principal
from imcp_jupyter.tools.execute import run_inline
from imcp_jupyter.workspace.workspace import Workspace

FRAME = pd.DataFrame({"a": range(30), "b": ["x", "y", None] * 10})


def imported(workspace: Workspace, tmp_path: Path, frame: pd.DataFrame = FRAME) -> str:
    frame.to_parquet(tmp_path / "people.parquet")
    result = run_inline(workspace, "import_data", {"source": str(tmp_path / "people.parquet")}, Principal())
    return str(result.model_dump()["dataset"])


def test_each_import_is_a_new_version_and_the_plain_name_is_the_newest(workspace: Workspace, tmp_path: Path) -> None:
    assert imported(workspace, tmp_path) == "people@1"
    assert imported(workspace, tmp_path, FRAME.head(10)) == "people@2"
    assert len(workspace.datasets["people"].to_pandas()) == 10
    assert len(workspace.datasets["people@1"].to_pandas()) == 30
    assert [info.reference for info in workspace.datasets.list()] == ["people@2"]
    assert len(workspace.datasets.list(all_versions=True)) == 2


def test_a_dataset_keeps_its_content_schema_and_lineage(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.datasets[imported(workspace, tmp_path)]
    pd.testing.assert_frame_equal(dataset.to_pandas(), FRAME)
    assert dataset.to_table().schema.names == ["a", "b"]
    assert dataset.info.lineage["inputs"] == {"source": dataset.info.content_hash}
    assert dataset.info.lineage["versions"]["pandas"] == pd.__version__


def test_demo_datasets_are_there_without_an_import(workspace: Workspace) -> None:
    assert workspace.datasets["demo:adult"].info.rows == 32_561
    assert "demo:adult" in workspace.datasets


@pytest.mark.parametrize("text", ["peple", "people@9", "demo:nothing"])
def test_an_unknown_dataset_is_not_found(workspace: Workspace, tmp_path: Path, text: str) -> None:
    imported(workspace, tmp_path)
    with pytest.raises(NotFound):
        workspace.datasets[text]
    assert text not in workspace.datasets


def test_the_nearest_dataset_is_named(workspace: Workspace, tmp_path: Path) -> None:
    imported(workspace, tmp_path)
    with pytest.raises(NotFound, match="did you mean 'people'"):
        workspace.datasets["peple"]


def test_a_file_is_not_a_dataset_of_the_workspace(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="import_data"):
        workspace.datasets["people.csv"]


def test_two_jobs_never_get_one_version(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: workspace.datasets.reserve("people"), range(40)))
    assert sorted(versions) == list(range(1, 41))


def test_files_without_a_row_are_removed_when_the_workspace_is_opened(workspace: Workspace) -> None:
    orphan = workspace.datasets_folder / "ghost@1.parquet"
    staged = workspace.staging_folder / "0123" / "ghost@2.parquet"
    staged.parent.mkdir()
    for file in (orphan, staged):
        file.write_bytes(b"half")
    Workspace.open(workspace.settings).close()
    assert not orphan.exists()
    assert not staged.exists()
