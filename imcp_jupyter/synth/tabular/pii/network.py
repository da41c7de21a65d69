"""Addresses of machines: public IPv4, and IPv6 of the range that is reserved for documentation."""

from __future__ import annotations

import ipaddress
from typing import Any

import numpy as np
import numpy.typing as npt

from .maker import NumberedMaker
from .numbering import Ints, chosen, permuted, salted
from .seen import Cells, RealValues

# First octets that are public throughout (IANA IPv4 special-purpose registry).
_PUBLIC = np.array([n for n in range(1, 224) if n not in (10, 100, 127, 169, 172, 192, 198, 203)], dtype=np.int64)
_PRIVATE_ROOM, _PUBLIC_ROOM, _SIX_ROOM = 1 << 24, len(_PUBLIC) << 24, 1 << 60


class IpMaker(NumberedMaker):
    """`shares`: rows with a public IPv4, a private IPv4 and an IPv6 address."""

    name = "ip"

    def __init__(self, shares: list[int], seen: RealValues) -> None:
        super().__init__(seen)
        self._shares = shares

    @classmethod
    def fit(cls, values: list[str], seen: RealValues) -> IpMaker:
        shares = [0, 0, 0]
        for value in values:
            try:
                address = ipaddress.ip_address(value.strip())
            except ValueError:
                continue
            shares[2 if address.version == 6 else int(address.is_private)] += 1
        return cls(shares if any(shares) else [1, 0, 0], seen)

    def spell(self, numbers: Ints, key: int) -> Cells:
        family = chosen(numbers // 4, np.array(self._shares, dtype=np.float64), salted(key, "family"))
        family = np.where((family == 1) & (numbers >= _PRIVATE_ROOM), 0, family)
        family = np.where((family == 0) & (numbers >= _PUBLIC_ROOM), 2, family)
        cells = np.empty(len(numbers), dtype=object)
        for kind, room in enumerate((_PUBLIC_ROOM, _PRIVATE_ROOM, _SIX_ROOM)):
            rows = np.flatnonzero(family == kind)
            index = permuted(numbers[rows], room, salted(key, f"family {kind}"))
            if kind == 2:
                cells[rows] = [
                    f"2001:db8:{n >> 45 & 0x7FFF:x}:{n >> 30 & 0x7FFF:x}:{n >> 15 & 0x7FFF:x}::{n & 0x7FFF:x}" for n in index.tolist()
                ]
            else:
                front = _PUBLIC[index >> 24] if kind == 0 else np.full(len(index), 10)
                low = index & 0xFFFFFF
                cells[rows] = [f"{a}.{n >> 16}.{n >> 8 & 255}.{n & 255}" for a, n in zip(front.tolist(), low.tolist(), strict=True)]
        return cells

    def state(self) -> dict[str, Any]:
        return {"shares": self._shares}

    @classmethod
    def restore(cls, state: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> IpMaker:
        return cls(state["shares"], RealValues(arrays["seen"]))
