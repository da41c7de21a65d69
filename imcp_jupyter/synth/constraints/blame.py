"""Which conditions and which constraint it is that do not go together, once rows could not be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations

import numpy as np

from ...errors import InvalidInput
from ..tabular.regions import Region
from .block import Tally
from .clashes import clash
from .held import Held
from .layer import Layer
from .presence import UniqueRule
from .rule import Rule

_ROWS = 2_048  # finished rows that tell whether conditions can be met


def out_of_reach(layer: Layer, tally: Tally) -> InvalidInput:
    """The constraint that the fewest rows keep, of those that are not held by construction."""
    rejecting: Sequence[Rule] = [rule for rule in layer.rules if layer.how(rule) != "construction"] or layer.rules
    worst = min(rejecting, key=lambda rule: tally.rules.get(rule.index, 0))
    return InvalidInput(
        f"{worst} cannot be met: {tally.share(worst.index):.2%} of {tally.drawn:,} drawn rows keep it, after all redraws",
        field=worst.field,
        hint="loosen it, ask for fewer rows, or fit on data with more rows that keep it",
    )


def clash_of(held: Held, layer: Layer, tally: Tally) -> InvalidInput:
    """Names the smallest set of conditions, one or two, that no drawn row meets, with the constraint that is in the way."""
    rng = np.random.Generator(np.random.Philox(0))
    regions = {name: _regions(held, name) for name in held.asks}
    for size in (1, 2):
        for names in combinations(held.asks, size):
            for region in _crossed([regions[name] for name in names]):
                found = _fault(held, layer, names, region, rng)
                if found is not None:
                    return found
    rare = [name for name in held.asks if held.how(name) == "rejection"]
    if rare:
        worst = min(rare, key=tally.share_met)
        rule = layer.builders[worst]
        return InvalidInput(
            f"condition on '{worst}' ({held.asks[worst]}) is too rare: '{worst}' is rebuilt for {rule}, and "
            f"{tally.share_met(worst):.2%} of {tally.drawn:,} drawn rows meet it, after all redraws",
            field=f"conditions.{worst}",
            hint="widen it, or give it to generate_tabular, so that the engine learns this column",
        )
    if not layer.rules or all(layer.how(rule) == "construction" for rule in layer.rules):
        every = ", ".join(f"{column} {ask}" for column, ask in held.asks.items())
        return InvalidInput(f"no row can have all of: {every}", field="conditions", hint="any two of them go together: leave one out")
    return out_of_reach(layer, tally)


def _regions(held: Held, name: str) -> list[Region]:
    """Where the rows lie that a condition asks for: one region for each value of a distribution."""
    codec, place = held.places[name]
    if name in held.outline.axes:
        axis = held.outline.axes.index(name)
        shares = zip(held.outline.groups[axis], held.outline.wanted[axis], strict=True)
        return [region for region, share in shares if share is not None and share > 0]
    own = range(place, place + codec.n_features)
    return [{at: part for at, part in held.outline.common.items() if at in own}]


def _crossed(regions: list[list[Region]]) -> list[Region]:
    """Every combination of one region of each condition, the first of many."""
    found: list[Region] = [{}]
    for own in regions:
        found = [reduce(lambda left, right: left | right, (before, part)) for before in found for part in own][:64]
    return found


def _fault(held: Held, layer: Layer, names: tuple[str, ...], region: Region, rng: np.random.Generator) -> InvalidInput | None:
    """What keeps every drawn row from lying in `region` and keeping the rules; None where some row does."""
    frame, good = held.trial(region, _ROWS, rng)
    if good.any():
        return None
    asked = [(name, held.asks[name]) for name in names]
    if len(frame):
        rules = [rule for rule in layer.rules if not isinstance(rule, UniqueRule)]
        kept = {rule.index: int(rule.holds(frame).sum()) for rule in rules}
        worst = min(rules, key=lambda rule: kept[rule.index])
        if kept[worst.index] == 0:
            return clash(asked, worst, f"none of {len(frame):,} rows drawn under the condition keeps it")
    rebuilt = [name for name in names if name in layer.builders]
    if rebuilt:
        rule = layer.builders[rebuilt[0]]
        many = f"none of {len(frame):,} rows drawn has it" if len(frame) else "no row that the engine can draw has it"
        return clash(asked, rule, f"'{rebuilt[0]}' is rebuilt for this rule, and {many}")
    if len(names) == 1:
        return InvalidInput(
            f"the model draws no row with {names[0]} {held.asks[names[0]]}",
            field=f"conditions.{names[0]}",
            hint="widen it, or give it to generate_tabular, so that the model learns this column first",
        )
    one, other = names
    return InvalidInput(
        f"conditions on '{one}' and '{other}' clash: no row can have {one} {held.asks[one]} and {other} {held.asks[other]}",
        field=f"conditions.{other}",
        hint="loosen one of the two",
    )
