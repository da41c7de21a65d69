from __future__ import annotations

import json
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imcp_jupyter.data.pii import codes
from imcp_jupyter.data.pii.detect import detect_pii, matching
from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput
from imcp_jupyter.synth.tabular.cart import CartEngine
from imcp_jupyter.synth.tabular.codec import TableCodec
from imcp_jupyter.synth.tabular.copula import CopulaEngine, CopulaModel
from imcp_jupyter.synth.tabular.engine import BLOCK_ROWS, TabularEngine
from imcp_jupyter.synth.tabular.features import Draw
from imcp_jupyter.synth.tabular.pii.treatment import protect

Customers = Callable[[str], pd.DataFrame]
Fit = Callable[..., CopulaModel]
LOCALES = ("en_US", "de_DE", "fr_FR", "it_IT", "ja_JP")
DIRECT = ["first_name", "last_name", "full_name", "email", "phone", "address", "iban", "card", "ip", "vin"]


@pytest.mark.parametrize("locale", LOCALES)
def test_no_fake_is_a_real_value_and_unique_columns_stay_unique(customers: Customers, fit: Fit, locale: str) -> None:
    real = customers(locale)
    drawn = fit(real).sample(3_000, seed=1)
    for name in DIRECT:
        assert not set(drawn[name]) & set(real[name]), name
        assert drawn[name].is_unique or not real[name].is_unique, name


@pytest.mark.parametrize("locale", LOCALES)
def test_fakes_are_told_as_the_kind_they_stand_for(customers: Customers, fit: Fit, locale: str) -> None:
    real = customers(locale)
    drawn = fit(real).sample(1_000, seed=2)
    kinds = {finding.column: finding.kind for finding in detect_pii(real)}
    assert {finding.column: finding.kind for finding in detect_pii(drawn)} == kinds
    for name, test in (("iban", codes.is_iban), ("card", codes.is_card), ("vin", codes.is_vin), ("email", matching("email"))):
        assert test is not None and all(map(test, drawn[name])), name


@pytest.mark.parametrize("locale", LOCALES)
def test_the_names_of_a_row_agree(customers: Customers, fit: Fit, locale: str) -> None:
    drawn = fit(customers(locale)).sample(1_000, seed=3)
    order = ("last_name", "first_name") if locale == "ja_JP" else ("first_name", "last_name")
    assert (drawn[order[0]] + " " + drawn[order[1]] == drawn["full_name"]).mean() > 0.99


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "it_IT"])
def test_mail_addresses_follow_the_made_up_names(customers: Customers, fit: Fit, locale: str) -> None:
    drawn = fit(customers(locale)).sample(500, seed=4)
    locals_ = drawn["email"].str.partition("@")[0]
    plain = locals_.str.replace(r"\d+$", "", regex=True)
    assert plain.str.fullmatch(r"[a-z]+\.[a-z]+").all()
    same_initials = plain.str[0] == drawn["first_name"].str.normalize("NFKD").str[0].str.lower()
    assert same_initials.mean() > 0.97


def test_common_domains_keep_their_share_and_others_become_examples(customers: Customers, fit: Fit) -> None:
    domains = fit(customers("en_US")).sample(2_000, seed=5)["email"].str.partition("@")[2]
    assert (domains == "gmail.com").mean() == pytest.approx(0.7, abs=0.06)
    assert domains[domains != "gmail.com"].str.endswith(".example").all()


def test_phones_keep_country_and_form() -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame(
        {"mobil": [f"+49 {rng.choice(['151', '160', '171'])} {rng.integers(10**7, 10**8)}" for _ in range(400)], "n": range(400)}
    )
    drawn = CopulaEngine().fit(protect(Table.of(real))[0]).sample(2_000, seed=1)["mobil"]
    assert drawn.str.fullmatch(r"\+49 (151|160|171) \d{8}").all() and drawn.is_unique
    few = CopulaEngine().fit(protect(Table.of(real.head(4)))[0]).sample(50, seed=1)["mobil"]
    assert few.str.fullmatch(r"\+49 \d{3} \d{8}").all()


def test_american_phones_are_numbers_that_can_exist() -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame(
        {"phone": [f"({rng.choice([212, 415, 312])}) {rng.integers(220, 999)}-{rng.integers(1000, 9999)}" for _ in range(300)]}
    )
    test = matching("phone")
    assert test is not None
    drawn = CopulaEngine().fit(protect(Table.of(real))[0]).sample(1_000, seed=1)["phone"]
    assert np.mean([test(number) for number in drawn]) > 0.99


@pytest.mark.parametrize("scheme", ["us.ssn", "de.idnr", "it.codicefiscale", "es.dni", "br.cpf", "gb.nino"])
def test_national_ids_get_valid_ones_in_the_same_layout(scheme: str) -> None:
    from imcp_jupyter.synth.tabular.pii.schemes import SCHEMES

    rng = np.random.default_rng(1)
    plain = SCHEMES[scheme].write(rng.integers(0, SCHEMES[scheme].room, 200))
    spaced = [f"{code[:3]}-{code[3:5]}-{code[5:]}" for code in plain.tolist()]
    drawn = CopulaEngine().fit(protect(Table.of(pd.DataFrame({"tax_id": spaced})))[0]).sample(1_000, seed=1)["tax_id"]
    assert all(codes.follows(scheme, value) for value in drawn) and drawn.is_unique
    assert drawn.str.fullmatch(r"\w{3}-\w{2}-\w+").all() and not set(drawn) & set(spaced)


def test_a_repeated_person_is_the_same_fake_person_everywhere(visits: pd.DataFrame, engine: TabularEngine) -> None:
    drawn = engine.fit(protect(Table.of(visits))[0]).sample(2_000, seed=1)
    people = drawn.dropna().groupby("email")[["first_name", "last_name", "full_name", "phone"]].nunique()
    assert (people == 1).all().all()
    assert Counter(drawn["email"].value_counts()) == Counter(visits["email"].value_counts())  # the very profile for as many rows
    assert drawn["phone"].isna().mean() == pytest.approx(visits["phone"].isna().mean(), abs=0.03)


def test_more_rows_bring_more_people_not_more_visits_of_each(visits: pd.DataFrame, fit: Fit) -> None:
    drawn = fit(visits).sample(20_000, seed=1)
    assert drawn["email"].nunique() == pytest.approx(10 * visits["email"].nunique(), rel=0.01)
    assert drawn["email"].value_counts().max() == visits["email"].value_counts().max()


def test_common_given_names_stay_common(fit: Fit) -> None:
    real = pd.DataFrame(
        {"first_name": ["Anna"] * 500 + ["Peter"] * 300 + [f"Name{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)]}
    )
    shares = fit(real).sample(5_000, seed=1)["first_name"].value_counts(normalize=True)
    assert shares.iloc[0] == pytest.approx(0.5, abs=0.08) and shares.iloc[1] == pytest.approx(0.3, abs=0.08)
    assert len(shares) == pytest.approx(202, abs=5)


def test_unique_columns_are_unique_over_blocks_and_blocks_stand_alone(customers: Customers, fit: Fit) -> None:
    model = fit(customers("en_US")[["full_name", "email", "phone", "age"]].drop_duplicates("full_name"))
    rows = 2 * BLOCK_ROWS + 100
    drawn = model.sample(rows, seed=9)
    assert all(drawn[name].is_unique for name in ("full_name", "email", "phone"))
    alone = model.sample_block(100, np.random.default_rng(0), start=2 * BLOCK_ROWS, key=9)
    for name in ("full_name", "email", "phone"):
        assert list(alone[name]) == list(drawn[name].iloc[2 * BLOCK_ROWS :]), name


def test_the_seed_decides_and_a_stored_model_draws_the_same(customers: Customers, fit: Fit, tmp_path: Path) -> None:
    model = fit(customers("fr_FR"))
    model.save(tmp_path / "model")
    first = model.sample(500, seed=1)
    assert CopulaModel.load(tmp_path / "model").sample(500, seed=1).equals(first)
    assert not (model.sample(500, seed=2)["email"] == first["email"]).any()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_model_file_holds_no_real_value(customers: Customers, fit: Fit, locale: str, tmp_path: Path) -> None:
    real = customers(locale)
    fit(real.drop(columns="city")).save(tmp_path / "model")  # a town is kept, and may be called like somebody
    with zipfile.ZipFile(tmp_path / "model") as archive:
        head = json.dumps(json.loads(archive.read("model.json")), ensure_ascii=False)
        rest = b"".join(archive.read(name) for name in archive.namelist())
    for name in [name for name in DIRECT if name not in ("first_name", "last_name")]:
        assert not [value for value in real[name] if value in head or value.encode() in rest], name
    words = set(re.findall(r'"([^"]*)"', head))  # a name as part of a longer word is another name
    assert not words & {*real["first_name"], *real["last_name"]}


def test_engines_see_gaps_of_personal_columns_and_nothing_else(visits: pd.DataFrame) -> None:
    table, _ = protect(Table.of(visits))
    codec, features = TableCodec.fit(table)
    assert [owner for owner in codec.owners() if owner not in ("cost", "ward")] == ["phone"]
    assert len(features) == len(codec.owners())


def test_gaps_follow_the_other_columns_as_they_did() -> None:
    rng = np.random.default_rng(0)
    plan = rng.choice(["paper", "online"], 2_000)
    mail = [f"person{n}@example.com" if which == "online" else None for n, which in enumerate(plan)]
    model = CartEngine().fit(protect(Table.of(pd.DataFrame({"plan": plan, "email": mail})))[0])
    drawn = model.sample(2_000, seed=1)
    assert (drawn["email"].isna() == (drawn["plan"] == "paper")).mean() > 0.99
    only = model.sample_given(200, 1, {"email": None})
    assert only["email"].isna().all() and (only["plan"] == "paper").mean() > 0.99
    with pytest.raises(InvalidInput, match="only null"):
        model.sample_given(10, 1, {"email": "a@example.com"})


def test_partial_rows_are_completed_with_fakes(customers: Customers, fit: Fit) -> None:
    real = customers("en_US")[["full_name", "email", "age"]]
    done = fit(real).complete(pd.DataFrame({"age": [30, 40], "email": ["given@example.org", None]}), seed=1)
    assert done["email"].iloc[0] == "given@example.org"
    assert "@" in done["email"].iloc[1] and done["full_name"].notna().all() and not set(done["full_name"]) & set(real["full_name"])


def test_whole_numbers_stay_whole_numbers_of_their_type() -> None:
    numbers = np.random.default_rng(0).integers(2 * 10**9, 9 * 10**9, 400)
    real = pd.DataFrame({"mobile": numbers, "ssn": pd.array([123_456_789 + 17 * n for n in range(400)], dtype="Int64"), "n": range(400)})
    real.loc[::5, "ssn"] = pd.NA
    drawn = CopulaEngine().fit(protect(Table.of(real))[0]).sample(1_000, seed=1)
    assert drawn["mobile"].dtype == np.int64 and drawn["ssn"].dtype == "Int64"
    assert drawn["mobile"].is_unique and not set(drawn["mobile"]) & set(numbers)
    assert drawn["ssn"].isna().mean() == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("dtype", ["string", "string[pyarrow]", "category", object])
def test_text_of_every_type_gets_fakes(dtype: str) -> None:
    real = pd.DataFrame({"email": pd.Series([f"user{n}@example.com" for n in range(60)], dtype=dtype), "x": range(60)})
    table, _ = protect(Table.of(real))
    drawn = CopulaEngine().fit(table).sample(100, seed=1)["email"]
    assert drawn.dtype == table.frame["email"].dtype and drawn.astype(str).str.contains("@").all()


@pytest.mark.parametrize("values", [["a@b.cc"], ["a@b.cc"] * 5, ["a@b.cc", None], ["a@b.cc", "d@e.ff", "d@e.ff"]], ids=len)
def test_tables_of_few_rows_work(values: list[str | None]) -> None:
    frame = pd.DataFrame({"email": values, "x": range(len(values))})
    drawn = CopulaEngine().fit(protect(Table.of(frame))[0]).sample(20, seed=1)["email"]
    assert drawn.dropna().str.contains("@").all() and not set(drawn.dropna()) & set(values)


def test_a_column_named_by_hand_gets_fakes_in_its_form() -> None:
    real = [f"KD-{n:04d}/é" for n in range(200)]
    model = CopulaEngine().fit(protect(Table.of(pd.DataFrame({"x": real})), {"x": "fake"})[0])
    drawn = model.sample(3_000, seed=1)["x"]
    assert drawn.is_unique and not set(drawn) & set(real) and drawn.str.startswith("KD-").all()


def test_a_numbering_that_is_used_up_is_refused_by_name() -> None:
    from imcp_jupyter.synth.tabular.pii.schemes import SCHEMES

    real = SCHEMES["nl.bsn"].write(np.arange(0, 9 * 10**6, 10**5))
    model = CopulaEngine().fit(protect(Table.of(pd.DataFrame({"bsn": real.tolist()})))[0])
    with pytest.raises(InvalidInput, match="only 2,250,000 valid new numbers"):
        model.sample_block(10, np.random.default_rng(0), start=3_000_000, key=1)


def test_two_hundred_thousand_fakes_of_a_column_take_less_than_a_second(customers: Customers) -> None:
    codec, _ = TableCodec.fit(protect(Table.of(customers("en_US")))[0])
    rows = 20_000
    draw = Draw(rows, np.random.default_rng(0), 0, 1)
    for column in codec.columns:
        if column.kind == "fake":
            column.decode([], draw)
            start = time.process_time()
            column.decode([], draw)
            assert time.process_time() - start < rows / 200_000, column.name


CELLS = st.one_of(
    st.from_regex(r"[a-z]{2,8}\.[a-z]{2,8}@[a-z]{3,8}\.com", fullmatch=True),
    st.from_regex(r"\+49 1[567]\d \d{7,8}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{2,8} [A-Z][a-z]{2,9}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}-\d{2,6}", fullmatch=True),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=12).filter(
        str.strip
    ),  # pandas cuts at NUL
)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(CELLS, min_size=2, max_size=40),
    kind=st.sampled_from(
        ["email", "phone", "full_name", "last_name", "username", "licence_plate", "street_address", "national_id", "city", "other"]
    ),
    seed=st.integers(0, 2**63 - 1),
)
def test_fakes_of_any_kind_for_any_text_are_never_real_and_as_unique(cells: list[str], kind: str, seed: int) -> None:
    asks = {"x": kind if kind != "city" else "fake"}
    frame = pd.DataFrame({"x": cells})
    table, _ = protect(Table.of(frame, {"x": {"pii": kind}}), asks)
    drawn = TableCodec.fit(table)[0].decode([], Draw(300, np.random.default_rng(0), 0, seed))["x"]
    assert not set(drawn) & set(cells)
    shared = ("last_name", "city")
    assert kind in shared or frame["x"].duplicated().any() or drawn.is_unique
