"""What a made table is worth, by measures that no engine of ours had a hand in."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sdmetrics.reports import QualityReport
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import pairwise_distances_argmin_min, roc_auc_score
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

QUALITY_ROWS = 50_000  # SDMetrics itself takes 50,000 rows of a pair of categories
MODEL_ROWS = 10_000  # for the classifiers and the distances
BOOSTED_LEVELS = 200  # scikit-learn's boosting takes at most 255 levels as categories; more are given as ordered codes
NEAR_LEVELS = 100  # levels of one column that distances tell apart; the rarer ones count as one
Frame = pd.DataFrame


@dataclass(frozen=True)
class Verdict:
    """Shares and areas, 0 to 1; `utility` is an AUC or, for a numeric target, R²."""

    quality: float
    utility: float
    c2st: float
    dcr_share: float
    copies: float


class Judge:
    """Measures tables against training rows and as many rows that no engine saw.

    Roles come from the dtypes: datetimes are numbers, what is no number is a category, and so is a number of at most two values.
    """

    def __init__(self, train: Frame, holdout: Frame, target: str, rows: int = MODEL_ROWS) -> None:
        self.train, self.holdout, self.target = train, holdout, target
        self.rows = min(len(train), len(holdout), rows)
        self.times = [name for name in train if pd.api.types.is_datetime64_any_dtype(train[name].dtype)]
        self.words = [name for name in train if name not in self.times and _is_word(train[name])]
        self.levels = {name: sorted(set(train[name].dropna()) | set(holdout[name].dropna()), key=str) for name in self.words}
        self.sample = train.sample(self.rows, random_state=0).reset_index(drop=True)
        with threadpool_limits(1):  # on shared cores two spinning threads make boosting many times slower
            self.real_utility = self._utility(self.sample)

    def __call__(self, made: Frame) -> Verdict:
        """Judge a table drawn from what was learned of the training rows."""
        near = made.head(self.rows)
        unseen = self.holdout.head(len(near))
        quality, copies = self.quality(made), self._copies(near)
        with threadpool_limits(1):
            return Verdict(quality, self._utility(near), self.c2st(near, unseen), self.dcr_share(near), copies)

    def ceiling(self) -> Verdict:
        """What real rows that nobody learned from reach."""
        unseen = self.holdout.head(self.rows)
        quality, copies = self.quality(self.holdout), self._copies(unseen)
        with threadpool_limits(1):
            return Verdict(quality, self.real_utility, self.c2st(unseen, self.sample), np.nan, copies)

    def metadata(self) -> dict[str, Any]:
        """Kinds of columns in SDV's words, for SDMetrics and for SDV's engines alike."""
        kinds = {name: "categorical" if name in self.words else "datetime" if name in self.times else "numerical" for name in self.train}
        return {"columns": {str(name): {"sdtype": kind} for name, kind in kinds.items()}}

    def report(self, made: Frame) -> QualityReport:
        size = min(len(made), len(self.train), QUALITY_ROWS)
        report = QualityReport()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known = {"tables": {"table": self.metadata()}, "relationships": []}
            report.generate({"table": self._whole(self.train)}, {"table": made.head(size)}, known, verbose=False)
        return report

    def quality(self, made: Frame) -> float:
        return float(self.report(made).get_score())

    def c2st(self, made: Frame, real: Frame) -> float:
        """AUC of gradient boosting, 5-fold, that tells one from the other."""
        x = self._predictors(pd.concat([made, real], ignore_index=True))
        y = np.repeat([1, 0], [len(made), len(real)])
        guessed = cross_val_predict(_classifier(), x, y, cv=5, method="predict_proba")[:, 1]
        return float(roc_auc_score(y, guessed))

    def _whole(self, frame: Frame) -> Frame:
        return frame if len(frame) <= QUALITY_ROWS else frame.sample(QUALITY_ROWS, random_state=0)

    def _predictors(self, frame: Frame) -> Frame:
        """Categories as pandas categoricals of fixed levels, those of many levels as codes, datetimes as seconds."""
        columns: dict[Any, Any] = {}
        for name in frame:
            if name in self.times:
                columns[name] = _seconds(frame[name])
            elif name in self.words:
                coded = pd.Categorical(frame[name], categories=self.levels[name])
                columns[name] = coded if len(self.levels[name]) <= BOOSTED_LEVELS else coded.codes
            else:
                columns[name] = frame[name].to_numpy(dtype=float, na_value=np.nan)
        return pd.DataFrame(columns)

    def _utility(self, frame: Frame) -> float:
        train, test = (part[part[self.target].notna()] for part in (frame, self.holdout.head(self.rows)))
        x, tested = (self._predictors(part.drop(columns=self.target)) for part in (train, test))
        if self.target not in self.words:
            model = HistGradientBoostingRegressor(categorical_features="from_dtype", random_state=0).fit(x, train[self.target])
            return float(model.score(tested, test[self.target]))
        if train[self.target].nunique() < 2:
            return 0.5
        model = _classifier().fit(x, train[self.target].astype(str))
        chances, truth = model.predict_proba(tested), test[self.target].astype(str)
        weights = [np.mean(truth == level) for level in model.classes_]
        areas = [roc_auc_score(truth == level, chance) if 0 < share < 1 else 0.0 for level, chance, share in
                 zip(model.classes_, chances.T, weights, strict=True)]  # fmt: skip
        return float(np.average(areas, weights=weights))

    def dcr_share(self, made: Frame) -> float:
        """Share of rows nearer to the training sample than to the holdout; ties count half."""
        rows, train, holdout = (self._embed(part.head(len(made))) for part in (made, self.sample, self.holdout))
        to_train = pairwise_distances_argmin_min(rows, train)[1]
        to_holdout = pairwise_distances_argmin_min(rows, holdout)[1]
        return float(np.mean(to_train < to_holdout) + 0.5 * np.mean(to_train == to_holdout))

    def _embed(self, frame: Frame) -> Any:
        """(n_rows, n_dims) float32: numbers as their rank in the training rows, categories one-hot, a mismatch as far as a whole range."""
        parts = []
        for name in self.train:
            if name in self.words:
                common = self.train[name].value_counts().index[:NEAR_LEVELS]
                codes = pd.Categorical(frame[name], categories=common).codes
                parts.append(np.eye(len(common) + 1, dtype=np.float32)[codes] / np.sqrt(2, dtype=np.float32))
            else:
                known, asked = (_seconds(part[name]) if name in self.times else part[name].to_numpy(dtype=float, na_value=np.nan)
                                for part in (self.train, frame))  # fmt: skip
                ordered = np.sort(known)
                middle = (np.searchsorted(ordered, asked, "left") + np.searchsorted(ordered, asked, "right")) / 2
                parts.append((middle / len(ordered)).astype(np.float32)[:, None])
        return np.hstack(parts)

    def _copies(self, made: Frame) -> float:
        known, asked = (pd.util.hash_pandas_object(part.astype(self.train.dtypes), index=False) for part in (self.train, made))
        return float(asked.isin(known).mean())


def _classifier() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)


def _is_word(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype) or column.nunique() <= 2


def _seconds(column: pd.Series) -> Any:
    """(n_rows,) float64 since 1970, NaN where missing."""
    return (pd.to_datetime(column) - pd.Timestamp("1970-01-01")).dt.total_seconds().to_numpy()
