from __future__ import annotations

from pathlib import Path

import pytest

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import ImcpError, InvalidInput, NotFound
from imcp_jupyter.gatf.profile import find_profile, profile_names, profile_sources
from imcp_jupyter.gatf.run import all_measures, run_gatf

from .conftest import mixed

STRICT = """
title: Strict
weights: {privacy: 3}
required: [privacy]
thresholds: {passes: 90, checks: {dcr_share: 95}}
why: {privacy: Nothing may leak.}
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", profile_names())
def test_every_number_of_a_built_in_profile_has_its_reason(name: str) -> None:
    profile = find_profile(name)
    for reason in [*profile.weight_reasons(), *profile.threshold_reasons()]:
        assert "without a reason" not in reason.why, reason.subject
    profile.refuse_unknown_checks(measure.id for measure in all_measures())


def test_a_profile_of_the_folder_extends_general(tmp_path: Path) -> None:
    written(tmp_path, "strict", STRICT)
    profile = find_profile("strict", tmp_path)
    assert "strict" in profile_names(tmp_path)
    assert profile.name == "strict"
    assert (profile.weights["privacy"], profile.weights["quality"]) == (3, 1)
    assert (profile.limits("dcr_share").passes, profile.limits("c2st").passes) == (95, 90)


def test_reasons_of_changed_numbers_do_not_come_from_the_parent(tmp_path: Path) -> None:
    written(tmp_path, "strict", STRICT)
    profile = find_profile("strict", tmp_path)
    why = {reason.subject: reason.why for reason in [*profile.weight_reasons(), *profile.threshold_reasons()]}
    assert why["privacy"] == "Nothing may leak."
    assert why["quality"] == find_profile("general").why["quality"]
    assert why["passes"] == "Set by profile 'strict' without a reason."


def test_a_path_names_a_profile_and_its_parents_lie_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "strict", STRICT)
    path = written(tmp_path, "stricter", "extends: ./strict.yaml\nthresholds: {warns: 80}\n")
    profile = find_profile(str(path))
    assert (profile.weights["privacy"], profile.thresholds.warns, profile.base) == (3, 80, "general")
    assert len(profile_sources(str(path))) == 2


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = written(tmp_path, "mine", "thresholds: {passes: 60}")
    before = profile_sources(str(path))
    assert find_profile(str(path)).thresholds.passes == 60
    written(tmp_path, "mine", "thresholds: {passes: 61}")
    assert find_profile(str(path)).thresholds.passes == 61
    assert profile_sources(str(path)) != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weights: {privcy: 1}", "key 'weights': 'privcy' is not a dimension"),
        ("weights: {privacy: -1}", "key 'weights': the weight of 'privacy' must lie between 0 and 1000"),
        ("weights: {privacy: .nan}", "key 'weights': the weight of 'privacy' must lie between"),
        ("weights: {privacy: much}", "key 'weights.privacy': input should be a valid number"),
        ("weights: 3", "key 'weights': input should be a valid dictionary"),
        ("weights: {privacy: 0}", "required names 'privacy', whose weight is 0"),
        ("required: []", "required must name at least one dimension"),
        ("thresholds: {passes: 101}", "key 'thresholds.passes': input should be less than or equal to 100"),
        ("thresholds: {pass: 80}", "key 'thresholds.pass': there is no such key"),
        ("thresholds: {checks: {c2st: 101}}", "key 'thresholds.checks': the passing score of 'c2st'"),
        ("wieghts: {}", "key 'wieghts': there is no such key"),
        ("base: eu", "key 'base': there is no such key"),
        ("name: eu", "key 'name': 'eu' is a built-in profile"),
        ("extends: [1]", "key 'extends': must be the name of a profile"),
        ("extends: mine", "key 'extends': more than 5 profiles extend each other"),
        ("extends: nothing", "there is no profile 'nothing'"),
        ("extends: ./nothing.yaml", "there is no profile file"),
        ("why: text", "key 'why': input should be a valid dictionary"),
        ("- 1", "must be a mapping"),
        ("a: [", "is not YAML, line"),
        ("a: !!python/object/apply:os.system ['true']", "is not YAML"),
        ("about: " + "x" * 70_000, "is larger than 65,536 bytes"),
    ],
)
def test_a_bad_profile_names_the_key(tmp_path: Path, text: str, message: str) -> None:
    written(tmp_path, "mine", text)
    with pytest.raises(ImcpError) as raised:
        find_profile("mine", tmp_path)
    assert message in raised.value.message
    assert raised.value.field == "profile"


def test_a_misspelt_key_is_put_right(tmp_path: Path) -> None:
    written(tmp_path, "mine", "wieghts: {}")
    with pytest.raises(InvalidInput) as raised:
        find_profile("mine", tmp_path)
    assert raised.value.hint == "did you mean 'weights'?"


def test_an_unknown_profile_names_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "strict", STRICT)
    with pytest.raises(NotFound) as raised:
        find_profile("stric", tmp_path)
    assert raised.value.hint == "did you mean 'strict'?"


def test_a_passing_score_of_a_check_that_there_is_not_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "mine", "thresholds: {checks: {c2ts: 90}}")
    with pytest.raises(InvalidInput, match="there is no check 'c2ts'") as raised:
        run_gatf(Table.of(mixed(30, 0)), profile=find_profile(str(path)))
    assert raised.value.hint == "did you mean 'c2st'?"


def test_the_report_carries_the_profiles_name_and_reasons(tmp_path: Path) -> None:
    written(tmp_path, "strict", "extends: healthcare\n" + STRICT)
    document = run_gatf(Table.of(mixed(60, 0)), Table.of(mixed(60, 1)), profile=find_profile("strict", tmp_path), replicates=5)
    assert document.profile == "strict"
    assert {control.framework for control in document.controls} == {"HIPAA"}
    assert next(reason for reason in document.weights if reason.subject == "privacy").why == "Nothing may leak."
    assert next(reason for reason in document.thresholds if reason.subject == "dcr_share").value == 95
