"""The example package of docs/examples/engine-plugin, as an installation of it looks to Python, and broken ones beside it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter import doctor
from imcp_jupyter.cli import main
from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular import registry
from imcp_jupyter.synth.tabular.plugins import GROUP
from imcp_jupyter.tools.generate import GenerateTabular

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "engine-plugin"
POINTS = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["entry-points"][GROUP]
BROKEN = """
from imcp_independent import IndependentEngine

raised = 1
class Wrong: ...
"""


def install(folder: Path, package: str, points: dict[str, str]) -> None:
    """Write what pip would write of `package` and its entry points."""
    info = folder / f"{package.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n")
    lines = [f"{name} = {target}" for name, target in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder where packages are installed, and the example in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "imcp_independent.py").write_text((EXAMPLE / "imcp_independent.py").read_text())
    install(folder, "imcp-independent", POINTS)
    monkeypatch.syspath_prepend(str(folder))
    registry.forget_plugins()
    yield folder
    registry.forget_plugins()
    sys.modules.pop("imcp_independent", None)


def test_the_example_is_on_every_face(site: Path, home: Path, adult: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    real = adult.head(800)
    assert "independent" in registry.engine_names()
    assert "independent" in GenerateTabular().input_schema()["properties"]["engine"]["examples"]
    made = imcp.generate_tabular(real, engine="independent", engine_options={"quantiles": 11}, seed=1, rows=300)
    assert made.data.dtypes.to_dict() == real.dtypes.to_dict()
    assert made.model.sample(300, seed=1).equals(made.data)
    real.to_csv(home / "people.csv", index=False)
    assert main(["generate", "tabular", str(home / "people.csv"), "--engine", "independent", "--rows", "50"]) == 0
    assert "by independent" in capsys.readouterr().out


def test_the_example_keeps_shares_and_drops_relations(site: Path, adult: pd.DataFrame) -> None:
    drawn = registry.find_engine("independent").fit(Table.of(adult)).sample(8_000, seed=1)
    assert abs((drawn["sex"] == "Male").mean() - (adult["sex"] == "Male").mean()) < 0.02
    assert abs(drawn["age"].corr(drawn["hours_per_week"])) < 0.04


def test_a_plugin_is_not_loaded_before_it_is_asked_for(site: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(site)!r}); from imcp_jupyter.synth.tabular.registry import engine_names;"
    code += "print('independent' in engine_names(), 'imcp_independent' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["True", "False"]


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("gone", "imcp_nowhere:Engine", "ModuleNotFoundError: No module named 'imcp_nowhere'"),
        ("number", "imcp_broken:raised", "it is a int, not a TabularEngine"),
        ("other", "imcp_broken:Wrong", "it is a Wrong, not a TabularEngine"),
        ("renamed", "imcp_independent:IndependentEngine", "its engine calls itself 'independent'"),
    ],
)
def test_a_broken_plugin_is_named_and_breaks_no_other(site: Path, home: Path, name: str, target: str, reason: str) -> None:
    (site / "imcp_broken.py").write_text(BROKEN)
    install(site, "imcp-broken", {name: target})
    registry.forget_plugins()
    with pytest.raises(InvalidInput, match="imcp-broken") as caught:
        registry.find_engine(name)
    assert reason in str(caught.value)
    assert registry.find_engine("independent").name == "independent"
    (finding,) = [finding for finding in doctor.check_installation() if finding.title.startswith("engine ")]
    assert (finding.title, finding.ok, finding.detail) == (f"engine {name}", False, f"package 'imcp-broken': {_full(name, reason)}")


def _full(name: str, reason: str) -> str:
    return f"engine '{name}' of the package 'imcp-broken' cannot be used: {reason}"


@pytest.mark.parametrize("name", ["cart", "auto", "sdv:ctgan"])
def test_a_plugin_cannot_take_the_name_of_an_engine_of_ours(site: Path, name: str) -> None:
    install(site, "imcp-impostor", {name: "imcp_independent:IndependentEngine"})
    registry.forget_plugins()
    assert registry.engine_names().count(name) == 1
    (fault,) = registry.plugin_faults()
    assert (fault.name, fault.package) == (name, "imcp-impostor")
    assert "belongs to an engine of imcp_jupyter" in fault.reason


def test_two_plugins_of_one_name_are_one_engine_and_a_fault(site: Path) -> None:
    install(site, "imcp-late", {"independent": "imcp_late:Engine"})
    registry.forget_plugins()
    assert registry.find_engine("independent").title == "Every column by itself"
    (fault,) = registry.plugin_faults()
    assert (fault.package, fault.reason) == ("imcp-late", "the name is already taken by the package 'imcp-independent'")
