"""Engines on Adult, judged by SDMetrics and by measures that no engine of ours had a hand in."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import pairwise_distances_argmin_min, roc_auc_score
from sklearn.model_selection import cross_val_predict

from imcp_jupyter.data.samples import load_sample
from imcp_jupyter.data.table import Table
from imcp_jupyter.synth.tabular.registry import find_engine

from .measure import table, timed

ROWS, SEED, TARGET = 16_281, 7, "income"
Frame = pd.DataFrame


def section() -> str:
    warnings.simplefilter("ignore")
    train, holdout = load_sample("adult"), load_sample("adult-holdout")
    judge = Judge(train, holdout)
    makers: dict[str, Callable[[], Frame]] = {
        "`cart`": lambda: _native("cart", train),
        "`copula`": lambda: _native("copula", train),
        "SDV GaussianCopula, defaults": lambda: _sdv(train),
    }
    rows = [["holdout itself (the ceiling)", "–", "–", *judge(holdout)]]
    for name, make in makers.items():
        made = timed(make)
        rows.append([name, f"{made.wall:.1f} s", f"{made.cpu:.1f} s", *judge(made.value)])
    head = ["", "fit + sample", "CPU", "SDMetrics quality", "utility (AUC, share of real)", "C2ST AUC", "DCR share", "exact copies"]
    note = (
        f"Learned from the 32,561 training rows, {ROWS:,} rows drawn, seed {SEED}. Utility: gradient boosting trained on the table, "
        f"tested on the holdout for `{TARGET}`, beside the same trained on as many real rows. C2ST: gradient boosting tells the table "
        "from the holdout, 5-fold. DCR share: rows nearer to the training data than to the holdout, equal sizes, quantile-scaled numbers "
        "and one-hot categories; .5 is ideal. Copies: rows that equal a training row."
    )
    return f"## Tabular engines on Adult\n\n{note}\n\n{table(head, rows)}"


def _native(name: str, train: Frame) -> Frame:
    typed = Table.of(train)
    return find_engine(name).fit(typed).sample(ROWS, SEED)


def _sdv(train: Frame) -> Frame:
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    tables = {"table": train}
    synthesizer = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes(tables))
    synthesizer.fit(tables)
    made: Frame = synthesizer.sample(ROWS)["table"]
    return made


class Judge:
    """Measures a table against the training and holdout rows."""

    def __init__(self, train: Frame, holdout: Frame) -> None:
        self.train, self.holdout = train, holdout
        self.words = [name for name in train if train[name].dtype == object]
        self.levels = {name: sorted(set(train[name].dropna()) | set(holdout[name].dropna())) for name in self.words}
        self.sample = train.sample(ROWS, random_state=0)
        self.real_auc = self._auc(self.sample)

    def __call__(self, made: Frame) -> list[str]:
        tested_on_itself = made is self.holdout
        auc = self.real_auc if tested_on_itself else self._auc(made)
        return [
            f"{self._quality(made):.4f}",
            f"{auc:.4f} ({'real rows' if tested_on_itself else format(auc / self.real_auc, '.1%')})",
            f"{self._c2st(made):.3f}",
            "–" if tested_on_itself else f"{self._dcr_share(made):.3f}",
            f"{self._copies(made):.4%}",
        ]

    def _quality(self, made: Frame) -> float:
        kinds = {name: {"sdtype": "categorical" if name in self.words else "numerical"} for name in self.train}
        report = QualityReport()
        report.generate(self.train, made, {"columns": kinds}, verbose=False)
        return float(report.get_score())

    def _codes(self, frame: Frame) -> Frame:
        return pd.DataFrame({n: pd.Categorical(frame[n], categories=self.levels[n]) if n in self.words else frame[n] for n in frame})

    def _auc(self, frame: Frame) -> float:
        x = self._codes(frame.drop(columns=TARGET))
        model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0).fit(x, frame[TARGET] == ">50K")
        tested = model.predict_proba(self._codes(self.holdout.drop(columns=TARGET)))[:, 1]
        return float(roc_auc_score(self.holdout[TARGET] == ">50K", tested))

    def _c2st(self, made: Frame) -> float:
        size = min(len(made), len(self.holdout))
        other = self.train.sample(size, random_state=1) if made is self.holdout else self.holdout.head(size)
        x = self._codes(pd.concat([made.head(size), other], ignore_index=True))
        y = np.repeat([1, 0], size)
        model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
        guessed = cross_val_predict(model, x, y, cv=5, method="predict_proba")[:, 1]
        return float(roc_auc_score(y, guessed))

    def _embed(self, frame: Frame) -> Any:
        parts = []
        for name in self.train:
            if name in self.words:
                codes = self._codes(frame)[name].cat.codes.to_numpy()
                parts.append(np.eye(len(self.levels[name]) + 1, dtype=np.float32)[codes] / np.sqrt(2, dtype=np.float32))
            else:
                ordered = np.sort(self.train[name].to_numpy())
                middle = (np.searchsorted(ordered, frame[name], "left") + np.searchsorted(ordered, frame[name], "right")) / 2
                parts.append((middle / len(ordered)).astype(np.float32)[:, None])
        return np.hstack(parts)

    def _dcr_share(self, made: Frame) -> float:
        rows = self._embed(made)
        to_train = pairwise_distances_argmin_min(rows, self._embed(self.sample))[1]
        to_holdout = pairwise_distances_argmin_min(rows, self._embed(self.holdout))[1]
        return float(np.mean(to_train < to_holdout) + 0.5 * np.mean(to_train == to_holdout))

    def _copies(self, made: Frame) -> float:
        known = set(pd.util.hash_pandas_object(self.train, index=False))
        return float(np.mean([key in known for key in pd.util.hash_pandas_object(made, index=False)]))
