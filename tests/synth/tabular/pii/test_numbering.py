from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imcp_jupyter.synth.tabular.pii.numbering import chosen, permuted, salted
from imcp_jupyter.synth.tabular.pii.profile import Profile, shares
from imcp_jupyter.synth.tabular.pii.schemes import SCHEMES
from imcp_jupyter.synth.tabular.pii.seen import BLUR, RealValues


@given(room=st.integers(1, 3_000), key=st.integers(0, 2**63 - 1))
def test_a_permutation_meets_every_number_once_and_another_one_per_tweak(room: int, key: int) -> None:
    index = np.arange(room, dtype=np.int64)
    assert sorted(permuted(index, room, key)) == list(range(room))
    assert sorted(permuted(index, room, key, np.full(room, 7))) == list(range(room))


def test_choices_follow_their_weights_and_leave_out_what_has_none() -> None:
    places = chosen(np.arange(50_000, dtype=np.int64), np.array([1.0, 0.0, 3.0]), key=1)
    assert np.bincount(places, minlength=3)[1] == 0 and np.mean(places == 2) == pytest.approx(0.75, abs=0.01)


def test_keys_of_different_names_differ() -> None:
    assert salted(1, "a") != salted(1, "b") != salted(2, "b")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_a_profile_repeats_values_as_often_as_the_real_ones(codes: list[int]) -> None:
    profile = Profile.of(np.array(codes))
    numbers = profile.number(np.arange(len(codes), dtype=np.int64), key=3)
    assert Counter(Counter(numbers.tolist()).values()) == Counter(Counter(codes).values())
    again = profile.number(np.arange(len(codes), 2 * len(codes), dtype=np.int64), key=3)
    assert not set(numbers) & set(again)


def test_slots_are_given_out_in_proportion_and_at_least_one_each() -> None:
    assert shares(np.array([70, 20, 10]), 10) == [7, 2, 1]
    assert shares(np.array([1_000, 1, 1]), 5) == [3, 1, 1]


def test_the_blurred_set_knows_every_real_value_and_some_others() -> None:
    seen = RealValues.of([f"user{n}@example.com" for n in range(1_000)])
    assert seen.holds(np.array([f"User{n} @example.com" for n in range(1_000)], dtype=object)).all()
    others = seen.holds(np.array([f"other{n}" for n in range(20_000)], dtype=object)).mean()
    assert 0.3 / BLUR < others < 1.2 / BLUR


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_writes_distinct_valid_numbers_up_to_its_room(scheme: str) -> None:
    from imcp_jupyter.data.pii.codes import follows

    room = SCHEMES[scheme].room
    numbers = np.unique(np.append(np.random.default_rng(0).integers(0, room, 300), [1, room - 2]))
    written = SCHEMES[scheme].write(numbers)
    assert len(set(written.tolist())) == len(numbers)
    assert all(follows(scheme.removesuffix("12"), code) for code in written)
