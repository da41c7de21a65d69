"""Discrete Bayesian networks in the Bayesian Interchange Format, and rows drawn from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_VARIABLE = re.compile(r"variable\s+(\S+)\s*\{\s*type\s+discrete\s*\[\s*\d+\s*\]\s*\{([^}]*)\}\s*;[^}]*\}")
_PROBABILITY = re.compile(r"probability\s*\(\s*([^)|]+?)\s*(?:\|\s*([^)]+?)\s*)?\)\s*\{(.*?)\}", re.DOTALL)
_ROW = re.compile(r"(?:\(([^)]*)\)|table)\s*([^;]+);")


@dataclass(frozen=True)
class Node:
    """One variable. `chances` is (product of the parents' level counts, n_levels), the first parent slowest; rows sum to 1."""

    name: str
    levels: list[str]
    parents: list[str]
    chances: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    nodes: list[Node]

    @classmethod
    def parse(cls, text: str) -> Network:
        """Read a network. Raises `ValueError` for a variable without a full table of probabilities."""
        levels = {name: _words(inside) for name, inside in _VARIABLE.findall(text)}
        tables = {name: (_words(parents), body) for name, parents, body in _PROBABILITY.findall(text)}
        if levels.keys() != tables.keys():
            raise ValueError(f"variables and probabilities differ: {sorted(levels.keys() ^ tables.keys())}")
        return cls([_node(name, levels, *tables[name]) for name in levels])

    def sample(self, rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """(rows, n_nodes) of level names, every node drawn after its parents (forward sampling)."""
        drawn: dict[str, npt.NDArray[Any]] = {}
        sizes = {node.name: len(node.levels) for node in self.nodes}
        waiting = list(self.nodes)
        while waiting:
            ready = [node for node in waiting if all(parent in drawn for parent in node.parents)]
            if not ready:
                raise ValueError(f"the network has a circle through {waiting[0].name}")
            for node in ready:
                row = np.zeros(rows, dtype=np.int64)
                for parent in node.parents:
                    row = row * sizes[parent] + drawn[parent]
                edges = np.cumsum(node.chances, axis=1)[:, :-1]
                drawn[node.name] = (rng.random(rows)[:, None] >= edges[row]).sum(axis=1)
            waiting = [node for node in waiting if node.name not in drawn]
        return pd.DataFrame({node.name: np.asarray(node.levels, dtype=object)[drawn[node.name]] for node in self.nodes})


def _node(name: str, levels: dict[str, list[str]], parents: list[str], body: str) -> Node:
    sizes = [len(levels[parent]) for parent in parents]
    chances = np.full((int(np.prod(sizes, dtype=np.int64)), len(levels[name])), np.nan)
    for given, numbers in _ROW.findall(body):
        at = 0
        for parent, size, level in zip(parents, sizes, _words(given), strict=True):
            at = at * size + levels[parent].index(level)
        chances[at] = [float(number) for number in _words(numbers)]
    if not np.allclose(chances.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError(f"the probabilities of {name} are not complete")
    return Node(name, levels[name], parents, chances / chances.sum(axis=1, keepdims=True))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
