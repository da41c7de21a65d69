"""Which columns speak of the same person, and what makes their cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ....data.pii.context import owner_of, without_accents
from ....data.table import Table
from .account import follow_share, follows
from .name_format import parse_name
from .profile import Profile

Codes = npt.NDArray[np.int64]

NAME_PARTS = {"first_name": "first", "last_name": "last", "full_name": "full"}
ACCOUNTS = ("email", "username", "profile_url")
SHARED = ("first_name", "last_name", "city")  # values that many people have: equal ones are no sign of the same person
_ROWS = 400  # rows that tell whether columns go together
_TOGETHER = 0.5
_REPEATED = 0.95  # of all rows: with more distinct values than that, a column says nothing of repetition
_SAME = 1.05  # so many more pairs than values may be where two columns still tell the same people


@dataclass
class Group:
    """Columns of one person per row; `account_names`: accounts that are made of the names in the group's columns."""

    columns: list[str] = field(default_factory=list)
    account_names: list[str] = field(default_factory=list)


def groups_of(table: Table, kinds: dict[str, str]) -> list[Group]:
    """The columns of personal data by person, in column order."""
    texts = {name: _texts(table[name].series) for name in kinds}
    groups = _people(kinds, texts)
    for name, kind in kinds.items():
        if kind in ACCOUNTS:
            _join_account(name, groups, kinds, texts)
    codes = {name: codes_of(table[name].series) for name in kinds}
    for name in kinds:
        if not any(name in group.columns for group in groups):
            home = None if kinds[name] in SHARED else next((group for group in groups if _repeats_with(name, group, kinds, codes)), None)
            if home is None:
                groups.append(Group([name]))
            else:
                home.columns.append(name)
    return groups


def people_of(table: Table, group: Group, kinds: dict[str, str]) -> Codes:
    """(n_rows,) which person each row speaks of."""
    telling = [name for name in group.columns if kinds[name] not in SHARED]
    if not telling and len(group.columns) == 1:
        return np.arange(table.n_rows, dtype=np.int64)  # a given name alone tells nobody
    columns = {name: codes_of(table[name].series) for name in (telling or group.columns)}
    anchor = max(columns, key=lambda name: ((columns[name] >= 0).mean() > 0.9, len(np.unique(columns[name]))))
    parts = []
    for name, own in columns.items():
        if name != anchor and (own < 0).any():
            own = _filled(own, columns[anchor])
        parts.append(own)
    people = pd.DataFrame(dict(enumerate(parts))).groupby(list(range(len(parts))), dropna=False, sort=False).ngroup()
    return people.to_numpy().astype(np.int64)


def profile_of(codes: Codes, people: Codes) -> Profile:
    """How many people have each value of a column, over those people that have one."""
    known = codes >= 0
    pairs = pd.DataFrame({"person": people[known], "value": codes[known]}).drop_duplicates()
    return Profile.of(pairs["value"].to_numpy())


def counts_over(codes: Codes, people: Codes) -> npt.NDArray[np.int64]:
    """People per value, most first."""
    profile = profile_of(codes, people)
    return np.repeat(np.array([rows for rows, _ in profile.classes], dtype=np.int64), [values for _, values in profile.classes])


def codes_of(series: pd.Series) -> Codes:
    """(n_rows,) one number per distinct cell, -1 where missing."""
    return pd.factorize(series.astype(object), use_na_sentinel=True)[0].astype(np.int64)


def names_beside(group: Group, kinds: dict[str, str], texts: dict[str, list[str]]) -> tuple[list[str], list[str]] | None:
    """The given and family names in a group's rows, from their own columns or out of the whole name; "" where there is none."""
    by_part = {NAME_PARTS[kinds[name]]: texts[name] for name in reversed(group.columns) if kinds[name] in NAME_PARTS}
    if "first" in by_part and "last" in by_part:
        return by_part["first"], by_part["last"]
    if "full" in by_part:
        parsed = [parse_name(text, "") if text else None for text in by_part["full"]]
        return [name.first if name else "" for name in parsed], [name.last if name else "" for name in parsed]
    return None


def _texts(series: pd.Series) -> list[str]:
    step = max(len(series) // _ROWS, 1)
    head = series.iloc[::step].iloc[:_ROWS].astype(object)
    return ["" if missing else str(value) for value, missing in zip(head, head.isna(), strict=True)]


def _people(kinds: dict[str, str], texts: dict[str, list[str]]) -> list[Group]:
    """Whole names with the given and family names that are part of them, then those by the words of the columns' names."""
    groups = [Group([name]) for name, kind in kinds.items() if kind == "full_name"]
    open_parts = [name for name, kind in kinds.items() if kind in ("first_name", "last_name")]
    for group in groups:
        for name in list(open_parts):
            same = [kinds[other] for other in group.columns]
            if kinds[name] not in same and _contained(texts[name], texts[group.columns[0]]):
                group.columns.append(name)
                open_parts.remove(name)
    firsts = [name for name in open_parts if kinds[name] == "first_name"]
    lasts = [name for name in open_parts if kinds[name] == "last_name"]
    for first in firsts:
        last = next((name for name in lasts if owner_of(name) == owner_of(first)), None)
        if last is None and len(firsts) == len(lasts) == 1:
            last = lasts[0]
        if last is not None:
            lasts.remove(last)
            groups.append(Group([first, last]))
    return groups


def _contained(parts: list[str], wholes: list[str]) -> bool:
    pairs = [(_plain(part), _plain(whole)) for part, whole in zip(parts, wholes, strict=True) if part and whole]
    return bool(pairs) and sum(part in whole for part, whole in pairs) >= _TOGETHER * len(pairs)


def _plain(text: str) -> str:
    return without_accents(text).casefold()


def local_part(kind: str, text: str) -> str:
    """What of an address is the user's own."""
    return text.strip().rstrip("/").rpartition("/")[2] if kind == "profile_url" else text.strip().lstrip("@").partition("@")[0]


def _join_account(name: str, groups: list[Group], kinds: dict[str, str], texts: dict[str, list[str]]) -> None:
    own = [local_part(kinds[name], text) for text in texts[name]]
    best: tuple[float, Group | None] = (0.0, None)
    for group in groups:
        names = names_beside(group, kinds, texts)
        if names is None or name in group.columns:
            continue
        rows = [place for place, local in enumerate(own) if local and names[0][place] and names[1][place]]
        share = follow_share([own[row] for row in rows], [names[0][row] for row in rows], [names[1][row] for row in rows])[0]
        if share > best[0]:
            best = (share, group)
    if best[1] is not None and follows(best[0]):
        best[1].columns.append(name)
        best[1].account_names.append(name)
        return
    for group in groups:  # a user name that is the front of an e-mail address
        for other in group.columns:
            if kinds[other] in ACCOUNTS:
                pairs = [(local, local_part(kinds[other], text)) for local, text in zip(own, texts[other], strict=True) if local and text]
                if pairs and sum(one == two for one, two in pairs) >= _TOGETHER * len(pairs):
                    group.columns.append(name)
                    return
    groups.append(Group([name]))


def _repeats_with(name: str, group: Group, kinds: dict[str, str], codes: dict[str, Codes]) -> bool:
    """Whether the column repeats exactly when the group's columns do: visits of one patient, orders of one customer."""
    own = codes[name]
    for other in group.columns:
        theirs = codes[other]
        both = (own >= 0) & (theirs >= 0)
        rows = int(both.sum())
        if kinds[other] in SHARED or rows < 4:
            continue
        n_own, n_theirs = len(np.unique(own[both])), len(np.unique(theirs[both]))
        if max(n_own, n_theirs) > _REPEATED * rows or min(n_own, n_theirs) * _SAME < max(n_own, n_theirs) or min(n_own, n_theirs) < 2:
            continue
        pairs = len(np.unique(own[both] * (int(theirs.max()) + 1) + theirs[both]))
        if pairs <= _SAME * max(n_own, n_theirs):
            return True
    return False


def _filled(own: Codes, anchor: Codes) -> Codes:
    """`own` with its missing cells from another row of the same anchor, where there is one."""
    frame = pd.DataFrame({"anchor": anchor, "own": np.where(own < 0, np.nan, own)})
    first = frame.groupby("anchor")["own"].transform("first").fillna(-1).to_numpy()
    return np.where((own < 0) & (anchor >= 0), first, own).astype(np.int64)
