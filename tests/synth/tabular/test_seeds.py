"""The same seed gives the same bytes whatever runs it: another process, other thread counts, one core or two."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_CHILD = """
import json, os, sys
cores = int(sys.argv[1])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table, content_hash
from imcp_jupyter.models.constraints import parse_constraint
from imcp_jupyter.synth.constraints.model import fit_constrained
from imcp_jupyter.synth.tabular.registry import find_engine

table = Table.of(load_sample("adult").head(3_000))
rules = [parse_constraint({"kind": "fixed_combinations", "columns": ["education", "education_num"]}, 0),
         parse_constraint({"kind": "predicate", "where": "age > 20 or hours_per_week < 60", "on_violation": "drop_rows"}, 1)]
found = {}
for name in ("cart", "copula"):
    model = find_engine(name).fit(table)
    whole = model.sample(70_000, 7)
    blocks = list(model.sample_batches(70_000, 7))
    given = model.sample_given(3_000, 7, {"income": {">50K": 0.5}, "age": {"min": 30}})
    partial = model.complete(table.frame[["age", "sex"]].head(500), 7)
    held = fit_constrained(find_engine(name), table, rules).sample_given(1_000, 7, {"education": {"Masters": 0.25}})
    found[name] = [content_hash(frame) for frame in (whole, given, partial, held)]
    assert content_hash(blocks[0]) == content_hash(whole.head(len(blocks[0])))
print(json.dumps(found))
"""


def hashes(cores: int, threads: int) -> dict[str, list[str]]:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "IMCP_THREADS_PER_WORKER")
    environment = os.environ | dict.fromkeys(names, str(threads)) | {"PYTHONHASHSEED": str(threads)}
    ran = subprocess.run([sys.executable, "-c", _CHILD, str(cores)], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def alone() -> dict[str, list[str]]:
    return hashes(cores=1, threads=1)


def test_another_process_with_more_cores_and_threads_gives_the_same_bytes(alone: dict[str, list[str]]) -> None:
    assert hashes(cores=2, threads=3) == alone


def test_the_engines_and_the_four_ways_to_draw_differ(alone: dict[str, list[str]]) -> None:
    assert len({value for values in alone.values() for value in values}) == 8
