from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.workspace.redaction import HIDDEN, redacted

CANARY = "c4nary-secret"


def test_values_of_secret_names_are_hidden_at_any_depth() -> None:
    params = {"rows": 3, "api_key": CANARY, "nested": [{"Password": CANARY, "ok": "fine"}], "auth_token": [CANARY]}
    assert redacted(params) == {"rows": 3, "api_key": HIDDEN, "nested": [{"Password": HIDDEN, "ok": "fine"}], "auth_token": [HIDDEN]}


def test_credentials_in_uris_are_hidden() -> None:
    assert redacted(f"postgresql://me:{CANARY}@host/db") == f"postgresql://{HIDDEN}@host/db"
    assert redacted("s3://bucket/key") == "s3://bucket/key"


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_value_below_a_secret_name_gets_through(value: object) -> None:
    assert CANARY not in repr(redacted({"client_secret": [value, CANARY]}))
