from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imcp_jupyter as imcp
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.cart import CartOptions
from imcp_jupyter.synth.tabular.engine import TabularEngine
from imcp_jupyter.synth.tabular.options import EngineOptions, read_options
from imcp_jupyter.synth.tabular.registry import engine_names, find_engine
from imcp_jupyter.synth.tabular.sdv.options import CtganOptions, GaussianCopulaOptions

PAGE = Path(__file__).parents[3] / "docs" / "engines.md"


@pytest.mark.parametrize(
    ("kind", "given", "field", "words"),
    [
        (CartOptions, {"min_laef": 5}, "engine_options.min_laef", "has no option 'min_laef' (did you mean 'min_leaf'?)"),
        (CartOptions, {"min_leaf": 0}, "engine_options.min_leaf", "greater than or equal to 1, got 0"),
        (EngineOptions, {"epochs": 5}, "engine_options.epochs", "it takes none"),
        (CtganOptions, {"epochs": "many"}, "engine_options.epochs", "got 'many'"),
        (CtganOptions, {"batch_size": 64}, "engine_options", "multiple of pac, got batch_size 64 and pac 10"),
        (GaussianCopulaOptions, {"default_distribution": "normal"}, "engine_options.default_distribution", "'norm'"),
    ],
)
def test_a_bad_option_is_refused_by_name(kind: type[EngineOptions], given: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_options("toy", kind, given)
    assert caught.value.field == field
    assert words in str(caught.value)


@pytest.mark.parametrize("name", [name for name in engine_names() if name != "auto"])
def test_every_engine_takes_its_own_options(name: str) -> None:
    engine: TabularEngine = find_engine(name)
    assert type(engine.with_options(read_options(name, engine.options_type, None), seed=1)) is type(engine)


@pytest.mark.parametrize("name", [name for name in engine_names() if name != "auto"])
def test_the_page_on_engines_has_every_option_with_its_default(name: str) -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    fields = find_engine(name).options_type.model_fields
    if name == "sdv:copulagan":  # told by reference to CTGAN's
        fields = {option: field for option, field in fields.items() if option not in CtganOptions.model_fields}
    for option, field in fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else json.dumps(field.default)
        said = re.search(rf"`{option}` ([^ ,]+)", rows[-1])
        assert said is not None and json.loads(said[1]) == json.loads(default), option


def test_options_reach_the_engine(home: object, adult: pd.DataFrame) -> None:
    made = [
        imcp.generate_tabular(adult.head(1_000), engine="cart", engine_options=options, seed=1)
        for options in (None, {"min_leaf": 10}, {"min_leaf": 400})
    ]
    assert made[0].data.equals(made[1].data)
    assert not made[0].data.equals(made[2].data)
    assert made[2].card.parameters["engine_options"] == {"min_leaf": 400}


def test_a_wrong_option_is_refused_before_anything_is_learned(home: object, adult: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="'min_leaf'"):
        imcp.generate_tabular(adult, engine="cart", engine_options={"min_leav": 3})
    assert len(imcp.workspace().datasets) == 0
