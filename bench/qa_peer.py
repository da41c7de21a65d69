"""Run by the interpreter that has mostlyai-qa: ``python qa_peer.py FOLDER NAME…`` prints its metrics for each NAME.parquet as JSON."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import pandas as pd
from mostlyai import qa


def main(folder: Path, names: list[str]) -> None:
    warnings.simplefilter("ignore")
    train, holdout = (pd.read_parquet(folder / f"{part}.parquet") for part in ("train", "holdout"))
    qa.set_random_state(0)
    found = {}
    for name in names:
        made = pd.read_parquet(folder / f"{name}.parquet")
        _, metrics = qa.report(syn_tgt_data=made, trn_tgt_data=train, hol_tgt_data=holdout, report_path=folder / "report.html")
        found[name] = metrics.model_dump()
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
