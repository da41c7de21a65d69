from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import InvalidInput, NotFound
from imcp_jupyter.synth.constraints.sdv_format import read_constraints
from imcp_jupyter.synth.tabular.pii.treatment import protect, refuse_rules

Customers = Callable[[str], pd.DataFrame]


def test_direct_identifiers_get_fakes_and_quasi_identifiers_are_kept(customers: Customers) -> None:
    table, treatments = protect(Table.of(customers("de_DE")))
    done = {treatment.column: treatment.treatment for treatment in treatments}
    assert done.pop("city") == "keep" and set(done.values()) == {"fake"} and len(done) == 10
    assert table.schema["email"].pii == "email" and table.schema["email"].kind == "id" and table.schema["email"].pii_locale == "de_DE"
    assert table.schema["last_name"].kind == "text" and table.schema["city"].pii is None


def test_what_is_asked_for_a_column_wins(customers: Customers) -> None:
    asks = {"email": "keep", "phone": "drop", "plan": "fake", "city": "fake", "address": "other"}
    table, treatments = protect(Table.of(customers("en_US")), asks, locale="fr_FR")
    done = {treatment.column: (treatment.kind, treatment.treatment, treatment.automatic) for treatment in treatments}
    assert done["email"] == ("email", "keep", False) and done["phone"] == ("phone", "drop", False)
    assert done["plan"] == ("other", "fake", False) and done["city"] == ("city", "fake", False)
    assert done["address"] == ("other", "fake", False) and done["iban"] == ("iban", "fake", True)
    assert "phone" not in table.names and table.schema["email"].pii is None
    assert {treatment.locale for treatment in treatments if treatment.treatment == "fake"} == {"fr_FR"}


def test_the_schema_can_name_a_column_that_content_does_not_tell() -> None:
    frame = pd.DataFrame({"field7": [f"A{n}" for n in range(50)], "x": range(50)})
    table, treatments = protect(Table.of(frame, {"field7": {"pii": "medical_record"}}))
    assert [(treatment.column, treatment.kind, treatment.automatic) for treatment in treatments] == [("field7", "medical_record", False)]
    assert table.schema["field7"].pii == "medical_record"


def test_a_table_without_personal_data_is_left_as_it_is(adult: pd.DataFrame) -> None:
    table = Table.of(adult)
    assert protect(table) == (table, [])


def test_treatments_hold_no_value_of_the_data(customers: Customers) -> None:
    real = customers("en_US")
    said = str([treatment.model_dump() for treatment in protect(Table.of(real))[1]])
    assert not any(str(value) in said for name in ("email", "phone", "iban", "full_name") for value in real[name])


@pytest.mark.parametrize(
    ("asks", "error", "words", "hint"),
    [
        ({"emial": "fake"}, NotFound, "no column 'emial'", "did you mean 'email'"),
        ({"email": "kepp"}, InvalidInput, "'kepp' is no treatment", "did you mean 'keep'"),
        ({"dob": "fake"}, InvalidInput, "no fakes for the kind 'date_of_birth'", "keep it"),
        ({"email": "drop", "dob": "drop"}, InvalidInput, "drops every column", "keep or fake"),
    ],
)
def test_what_cannot_be_done_is_refused(asks: dict[str, str], error: type[Exception], words: str, hint: str) -> None:
    frame = pd.DataFrame({"email": [f"u{n}@example.com" for n in range(30)], "dob": ["1990-01-02", "1985-05-06", "1970-07-08"] * 10})
    with pytest.raises(error, match=words) as caught:
        protect(Table.of(frame), asks)
    assert hint in caught.value.hint  # type: ignore[attr-defined]


def test_an_unknown_locale_is_refused_with_the_nearest(customers: Customers) -> None:
    with pytest.raises(NotFound, match="no words of the locale 'de_DEE'") as caught:
        protect(Table.of(customers("de_DE")), locale="de_DEE")
    assert caught.value.field == "locale" and "de_DE" in str(caught.value.hint)


def test_values_without_a_text_form_are_refused_by_column() -> None:
    from imcp_jupyter.synth.tabular.codec import TableCodec

    table, _ = protect(Table.of(pd.DataFrame({"x": [0.5, 1.25, 3.75], "y": [1, 2, 3]})), {"x": "fake"})
    with pytest.raises(InvalidInput, match="column 'x' holds fractions"):
        TableCodec.fit(table)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "fixed_combinations", "columns": ["email", "plan"]},
        {"kind": "functional_dependency", "determinant": ["email"], "dependent": ["plan"]},
        {"kind": "predicate", "where": "email != 'x' and age > 3"},
    ],
    ids=lambda rule: rule["kind"],
)
def test_rules_that_bring_real_cells_back_are_refused(customers: Customers, rule: dict[str, object]) -> None:
    _, treatments = protect(Table.of(customers("en_US")))
    with pytest.raises(InvalidInput, match="speaks of 'email', which gets fakes") as caught:
        refuse_rules(read_constraints([{"kind": "not_null", "column": "email"}, rule]), treatments)
    assert caught.value.field == "constraints[1]"
    _, kept = protect(Table.of(customers("en_US")), {"email": "keep"})
    refuse_rules(read_constraints([rule]), kept)
