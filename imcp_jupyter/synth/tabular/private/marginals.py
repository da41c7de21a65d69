"""The engine `marginals`: differentially private marginals and the graphical model that fits them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ....errors import InvalidInput, NotFound, did_you_mean
from ....models.dataset import ColumnSchema, TableSchema
from ....models.generation import PrivacyStatement
from ...archive import load_archive, save_archive
from ..engine import PrivacyRequest, Progress, TabularEngine, TabularModel, no_progress
from ..features import Draw
from ..ragged import pack, unpack
from .accounting import DEFAULT_DELTA, Budget
from .cells import Cells
from .domain import Domain, IdDomain, LevelDomain, NumberDomain, check_column, learn_domain
from .graphical import Sampler
from .junction import JunctionTree
from .mechanisms import Entropy, Mechanisms, system_entropy
from .select import learn

if TYPE_CHECKING:
    from ....data.table import Table

_DOMAIN_SHARE = 0.15  # of ρ: what columns hold
_LARGE = 10.0  # ε above which the promise is weak
_KINDS: dict[str, type[NumberDomain] | type[LevelDomain] | type[IdDomain]] = {"number": NumberDomain, "level": LevelDomain, "id": IdDomain}


class MarginalsModel(TabularModel):
    """Domains, clique tables, and the statement of what was spent. Everything in it has been paid for."""

    engine: ClassVar[str] = "marginals"

    def __init__(self, domains: list[Domain], sampler: Sampler, privacy: PrivacyStatement) -> None:
        self.schema = TableSchema(columns=[domain.schema for domain in domains])
        self.privacy: PrivacyStatement = privacy
        self._domains = domains
        self._sampler = sampler

    def sample_block(self, rows: int, rng: np.random.Generator, start: int = 0, key: int = 0) -> pd.DataFrame:
        drawn = iter(self._sampler.draw(rows, rng))
        draw = Draw(rows, rng, start, key)
        columns = {
            domain.schema.name: domain.decode(draw) if isinstance(domain, IdDomain) else domain.decode(next(drawn), draw)
            for domain in self._domains
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(rows), copy=False)

    def save(self, path: Path) -> None:
        cells = [domain.cells for domain in self._domains if not isinstance(domain, IdDomain)]
        tree = self._sampler.tree
        names = {kind: name for name, kind in _KINDS.items()}
        state = {
            "privacy": self.privacy.model_dump(mode="json"),
            "columns": [
                {"domain": names[type(domain)], "schema": domain.schema.model_dump(mode="json"), "state": domain.state}
                for domain in self._domains
            ],
            "tree": {"sizes": tree.sizes, "cliques": tree.cliques, "parent": tree.parent, "separator": tree.separator},
        }
        arrays = pack("group", [one.group for one in cells], np.int32) | pack("weight", [one.weight for one in cells], np.float64)
        arrays |= pack("edges", [domain.edges for domain in self._domains if isinstance(domain, NumberDomain)], np.float64)
        arrays |= pack("marginal", [table.ravel() for table in self._sampler.marginals], np.float64)
        save_archive(path, self.engine, state, arrays)

    @classmethod
    def load(cls, path: Path) -> MarginalsModel:
        state, arrays = load_archive(path, cls.engine)
        cells = iter([Cells(*parts) for parts in zip(unpack("group", arrays), unpack("weight", arrays), strict=True)])
        edges = iter(unpack("edges", arrays))
        domains: list[Domain] = []
        for column in state["columns"]:
            schema, own = ColumnSchema.model_validate(column["schema"]), column["state"]
            if column["domain"] == "id":
                domains.append(IdDomain(schema, own))
            elif column["domain"] == "number":
                domains.append(NumberDomain(schema, next(cells), next(edges), own))
            else:
                domains.append(LevelDomain(schema, next(cells), own))
        tree = JunctionTree(
            tuple(state["tree"]["sizes"]),
            [tuple(clique) for clique in state["tree"]["cliques"]],
            state["tree"]["parent"],
            [tuple(columns) for columns in state["tree"]["separator"]],
        )
        tables = [
            table.reshape([tree.sizes[column] for column in clique])
            for table, clique in zip(unpack("marginal", arrays), tree.cliques, strict=True)
        ]
        return cls(domains, Sampler(tree, tables), PrivacyStatement.model_validate(state["privacy"]))


class MarginalsEngine(TabularEngine):
    name: ClassVar[str] = "marginals"
    title: ClassVar[str] = "Private marginals (differential privacy)"
    version: ClassVar[str] = "1"
    supports: ClassVar[frozenset[str]] = frozenset({"epsilon"})
    private_only: ClassVar[bool] = True
    model: ClassVar[type[TabularModel]] = MarginalsModel

    def __init__(self, request: PrivacyRequest | None = None, entropy: Entropy = system_entropy) -> None:
        self.request = request
        self._entropy = entropy

    def private(self, request: PrivacyRequest) -> MarginalsEngine:
        return MarginalsEngine(request, self._entropy)

    def check(self, table: Table) -> None:
        bounds = self.request.bounds if self.request is not None else {}
        for column in bounds:
            if column not in table.names:
                raise NotFound(f"there is no column '{column}'", field="bounds", hint=did_you_mean(column, table.names))
        for name in table.names:
            check_column(table[name], bounds.get(name))

    def fit(self, table: Table, progress: Progress = no_progress) -> MarginalsModel:
        request = self.request
        if request is None:
            raise InvalidInput("engine 'marginals' needs a privacy budget", field="epsilon", hint="for example epsilon=1")
        self.check(table)
        budget = Budget(request.epsilon, DEFAULT_DELTA if request.delta is None else request.delta)
        mechanisms = Mechanisms(budget, self._entropy)
        modelled = [name for name in table.names if table[name].schema.kind != "id" or name in request.bounds]
        rho, delta = budget.rho * _DOMAIN_SHARE / max(len(modelled), 1), budget.delta_levels / max(len(modelled), 1)
        domains: list[Domain] = []
        codes = []
        for done, name in enumerate(table.names):
            domain, column = learn_domain(table[name], request.bounds.get(name), mechanisms, rho, delta)
            domains.append(domain)
            if column is not None:
                codes.append(column)
            progress(0.2 * (done + 1) / len(table.names), "learned what columns hold")
        public_rows = float(table.n_rows) if request.public_rows else None
        if codes:
            sizes = tuple(domain.cells.n_codes for domain in domains if not isinstance(domain, IdDomain))
            model = learn(codes, sizes, mechanisms, public_rows, lambda share: progress(0.2 + 0.8 * share, "measured marginals"))
            sampler, total = model.sampler(), model.total
        else:
            total = public_rows or max(float(mechanisms.counts(np.array([table.n_rows]), budget.left, "row count")[0]), 1.0)
            sampler = Sampler(JunctionTree((), [()], [-1], [()]), [np.ones(())])
        return MarginalsModel(domains, sampler, _statement(budget, request, round(total)))


def _statement(budget: Budget, request: PrivacyRequest, rows: int) -> PrivacyStatement:
    public = ["column names, kinds, dtypes, decimals and datetime formats"]
    if request.bounds:
        public.append("bounds of " + ", ".join(request.bounds))
    if request.public_rows:
        public.append("row count")
    warning = f"ε = {budget.epsilon:g} is a weak promise: values above {_LARGE:g} say little about what can be learned of one row"
    return PrivacyStatement(
        epsilon=budget.epsilon,
        delta=budget.delta,
        rho=budget.rho,
        delta_levels=budget.delta_levels,
        mechanism="noisy marginals chosen privately, fitted by a graphical model (MST and AIM), discrete Gaussian noise",
        spent=budget.entries,
        public=public,
        rows=max(rows, 1),
        warning=warning if budget.epsilon > _LARGE else None,
    )
