"""Every setting in one place, with its default, unit and meaning.

A setting is read from the environment (``IMCP_`` + its name in capitals). In a Jupyter server the same names are
traits of the extension (``c.IMCP.storage_url = …``); the extension hands its values down and exports ``IMCP_HOME``
so that kernels started by the lab find the same workspace.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .errors import InvalidInput


def _default_home() -> Path:
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "imcp"


def _setting(default: Any, help: str, unit: str = "") -> Any:
    meta = {"help": help, "unit": unit}
    if callable(default):
        return field(default_factory=default, metadata=meta)
    return field(default=default, metadata=meta)


@dataclass(frozen=True)
class Settings:
    """All settings. Build with `load()`; override single ones with keyword arguments there."""

    home: Path = _setting(_default_home, "folder of the workspace: database, datasets, models, reports")
    workers: int = _setting(2, "worker processes that run jobs of the server", "processes")
    warm_workers: int = _setting(1, "idle worker processes kept ready with the heavy libraries loaded", "processes")
    threads_per_worker: int = _setting(1, "BLAS and OpenMP threads of one worker", "threads")
    auto_cart_cells: int = _setting(20_000_000, "largest table (rows × columns) for which engine 'auto' picks 'cart'", "cells")
    auto_cart_columns: int = _setting(100, "widest table for which engine 'auto' picks 'cart'", "columns")
    max_rows: int = _setting(100_000_000, "largest number of rows that one call may ask for", "rows")
    whole_source_bytes: int = _setting(
        1024**3, "largest source (about its size in memory) that is read whole; engines and checks see a sample of a larger one", "bytes"
    )
    sample_rows: int = _setting(1_000_000, "rows of the uniform sample that stands for a larger source", "rows")
    max_body_bytes: int = _setting(16 * 1024 * 1024, "largest request body of the HTTP and WebSocket endpoints", "bytes")
    preview_rows: int = _setting(20, "rows of a preview in a tool result", "rows")
    bootstrap_replicates: int = _setting(200, "bootstrap replicates behind the interval of a trust score", "replicates")
    privacy_budget_epsilon: float = _setting(10.0, "ε that all differentially private releases of one dataset may spend together")
    privacy_budget_delta: float = _setting(1e-9, "δ at which the privacy budget of a dataset is counted")
    allow_busl_engines: bool = _setting(True, "offer the SDV engines where the extra [sdv] (BUSL-1.1) is installed")

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Settings from the environment, then from `overrides`. Raises `InvalidInput` naming a bad one."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            raw = os.environ.get(f"IMCP_{item.name.upper()}")
            if raw is not None:
                values[item.name] = _parse(item.name, item.type, raw)
        values |= {name: value for name, value in overrides.items() if value is not None}
        if "home" in values:
            values["home"] = Path(values["home"]).expanduser()
        settings = cls(**values)
        _check_privacy(settings)
        return settings


def _check_privacy(settings: Settings) -> None:
    if not 0 <= settings.privacy_budget_epsilon < math.inf:
        message = f"must be 0 or more and finite, got {settings.privacy_budget_epsilon}"
        raise InvalidInput(message, field="IMCP_PRIVACY_BUDGET_EPSILON", hint="0 forbids every differentially private release")
    if not 0 < settings.privacy_budget_delta < 1:
        raise InvalidInput(f"must lie between 0 and 1, got {settings.privacy_budget_delta}", field="IMCP_PRIVACY_BUDGET_DELTA")


def fit_threads() -> int:
    """Threads on which a fit grows trees; the result is the same for any number.

    A worker of the server has its own share of the cores (`threads_per_worker`, which its pool hands down in OMP_NUM_THREADS).
    A script or a notebook takes all the cores that it may use, unless one of the two is set.
    """
    if os.environ.get("IMCP_THREADS_PER_WORKER"):
        return max(Settings.load().threads_per_worker, 1)
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return (
        max(int(allowed), 1)
        if allowed.isdigit()
        else len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    )


def _parse(name: str, kind: Any, raw: str) -> Any:
    if kind == "int":
        try:
            return int(raw)
        except ValueError:
            raise InvalidInput(f"must be a whole number, got {raw!r}", field=f"IMCP_{name.upper()}") from None
    if kind == "float":
        try:
            return float(raw)
        except ValueError:
            raise InvalidInput(f"must be a number, got {raw!r}", field=f"IMCP_{name.upper()}") from None
    if kind == "bool":
        low = raw.strip().lower()
        if low in {"1", "true", "yes", "on"}:
            return True
        if low in {"0", "false", "no", "off", ""}:
            return False
        raise InvalidInput(f"must be true or false, got {raw!r}", field=f"IMCP_{name.upper()}")
    return raw
