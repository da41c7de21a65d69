"""Anonymeter's attacks on the tables in a folder; run by the interpreter that has it, which prints what came out as JSON.

``python attacks_peer.py FOLDER '{"attacks": 1000, "tries": 10000, "halves": [[…], […]], "secrets": […]}'``
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import polars as pl
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
from anonymeter.evaluators import singling_out_evaluator as single


def main(folder: str, task: dict) -> None:
    warnings.simplefilter("ignore")
    tables = {role: pd.read_parquet(f"{folder}/{role}.parquet") for role in ("real", "synthetic", "holdout")}
    attacks = task["attacks"]
    shared = {"ori": tables["real"], "syn": tables["synthetic"], "control": tables["holdout"], "n_attacks": attacks}
    LinkabilityEvaluator(**shared | {"n_attacks": 20}, aux_cols=task["halves"]).evaluate(n_jobs=1)  # numba compiles
    found = {}

    started = time.process_time()
    made = SinglingOutEvaluator(**shared, seed=0).evaluate(mode="univariate").results()
    found["singling_out_univariate"] = _told(made.n_attacks_ori, made.n_success, made.n_control, started)

    started = time.process_time()
    frames = {role: pl.DataFrame(table).unique(maintain_order=True) for role, table in tables.items()}
    queries = single.multivariate_singling_out_queries(
        frames["synthetic"], n_queries=attacks, n_cols=3, max_attempts=task["tries"], rng=np.random.default_rng(0)
    )
    hits = [len(single._evaluate_queries_and_return_successful(df=frames[role], queries=queries)) for role in ("real", "holdout")]
    found["singling_out_multivariate"] = _told(len(queries), *hits, started)

    started = time.process_time()
    made = LinkabilityEvaluator(**shared, aux_cols=task["halves"]).evaluate(n_jobs=1).results()
    found["linkability"] = _told(attacks, made.n_success, made.n_control, started)

    started, totals = time.process_time(), np.zeros(2)
    for secret in task["secrets"]:
        known = [name for name in tables["real"] if name != secret]
        regression = pd.api.types.is_numeric_dtype(tables["real"][secret])
        made = InferenceEvaluator(**shared, aux_cols=known, secret=secret, regression=regression).evaluate(n_jobs=1).results()
        totals += [made.n_success, made.n_control]
    found["attribute_inference"] = _told(attacks * len(task["secrets"]), *totals, started)
    print(json.dumps(found))


def _told(attacks: int, training: float, control: float, started: float) -> dict:
    return {"attacks": int(attacks), "training": int(training), "control": int(control), "cpu": time.process_time() - started}


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
