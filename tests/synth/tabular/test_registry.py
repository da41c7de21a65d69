from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.config import Settings
from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.synth.tabular.registry import engine_names, engine_version, find_engine
from imcp_jupyter.tools.generate import GenerateTabular

SDV = ["sdv:gaussian_copula", "sdv:ctgan", "sdv:tvae", "sdv:copulagan"]

# What a machine without the extra looks like to Python: no finder knows the name.
WITHOUT_SDV = """
import sys

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sdv", "torch", "ctgan", "mostlyai"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nowhere())
import pandas, imcp_jupyter
for engine in ("sdv:ctgan", "mostly"):
    try:
        imcp_jupyter.generate_tabular(pandas.DataFrame({"x": [1, 2, 3, 4]}), engine=engine)
    except imcp_jupyter.errors.MissingExtra as error:
        print(error)
print(len(imcp_jupyter.workspace().datasets), imcp_jupyter.workspace().jobs.list()[0].state)
"""


def test_sdv_engines_are_offered_with_their_licence() -> None:
    assert [name for name in engine_names() if name in SDV] == SDV
    assert {find_engine(name).licence for name in SDV} == {"BUSL-1.1"}
    assert find_engine("cart").licence == "Apache-2.0"


def test_mostly_is_offered_whatever_the_setting_on_busl() -> None:
    assert "mostly" in engine_names(Settings(allow_busl_engines=False))
    assert find_engine("mostly", Settings(allow_busl_engines=False)).licence == "Apache-2.0"


def test_engines_that_are_switched_off_are_named_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMCP_ALLOW_BUSL_ENGINES", "0")
    assert not set(engine_names()) & set(SDV)
    assert "sdv" not in str(GenerateTabular().input_schema())
    with pytest.raises(NotFound) as caught:
        find_engine("sdv:ctgam")
    assert "sdv:ctgan" not in (caught.value.hint or "")


def test_an_engine_that_is_switched_off_says_by_which_setting(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMCP_ALLOW_BUSL_ENGINES", "0")
    with pytest.raises(InvalidInput, match="switched off here by the setting allow_busl_engines") as caught:
        imcp.generate_tabular(pd.DataFrame({"x": [1, 2, 3]}), engine="sdv:ctgan")
    assert (caught.value.field, "IMCP_ALLOW_BUSL_ENGINES=1" in str(caught.value)) == ("engine", True)


def test_the_setting_of_a_workspace_counts_too() -> None:
    with pytest.raises(InvalidInput, match="switched off"):
        find_engine("sdv:tvae", Settings(allow_busl_engines=False))
    assert "sdv:tvae" not in engine_names(Settings(allow_busl_engines=False))


def test_without_the_extra_the_install_line_is_named(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_SDV], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "engine 'sdv:ctgan' needs the optional dependency group 'sdv' (pip install 'imcp_jupyter[sdv]')",
        "engine 'mostly' needs the optional dependency group 'mostly' (pip install 'imcp_jupyter[mostly]')",
        "0 failed",
    ]


def test_naming_engines_imports_none_of_their_libraries() -> None:
    code = "import sys; from imcp_jupyter.synth.tabular.registry import engine_names, find_engine; engine_names();"
    code += "find_engine('sdv:tvae'); find_engine('mostly');"
    code += "print([m for m in ('sdv', 'torch', 'ctgan', 'rdt', 'copulas', 'mostlyai') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_drawing_the_schema_waits_for_no_engine() -> None:
    code = "import sys; from imcp_jupyter.tools.generate import GenerateTabular; GenerateTabular().input_schema();"
    code += "print([m for m in ('scipy', 'sklearn', 'torch') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_every_name_is_the_name_of_its_engine() -> None:
    assert all(find_engine(name).name == name == find_engine(name).model.engine for name in engine_names() if name != "auto")


def test_the_version_of_an_engine_of_others_counts_their_libraries() -> None:
    assert "sdv=2." in engine_version("sdv:ctgan")
    assert "mostlyai-engine=2.7" in engine_version("mostly")
    assert engine_version("auto") == f"cart={find_engine('cart').version},copula={find_engine('copula').version}"
