"""Imports point down the floors of docs/architecture.md, and nowhere in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "imcp_jupyter"

FLOORS = {
    "_version": 0, "errors": 0, "config": 0,
    "models": 1,
    "data": 2,
    "synth": 3, "gatf": 3, "icp": 3, "security": 3, "observe": 3,
    "workspace": 4,
    "pipelines": 5, "runner": 5,
    "tools": 6,
    "api": 7, "kernel": 7, "widgets": 7, "client": 7,
    "server": 8, "cli": 8, "outputs": 8, "submit": 8, "demo": 8, "lab": 8, "doctor": 8,
}  # fmt: skip
# The package itself is the front door: its lazy __getattr__ may name any floor, and no module may import it back.
FRONT_DOOR = "imcp_jupyter"
ENGINE_LIBRARIES = {"sklearn", "scipy", "numpy", "torch", "sdv"}


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: Path, known: dict[str, Path], top_level_only: bool = False) -> Iterator[str]:
    """Modules of this package (and top-level packages of others) that `path` imports, those inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.iter_child_nodes(tree) if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                for _ in range(node.level - 1):
                    package = package.rpartition(".")[0]
                base = f"{package}.{base}".rstrip(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in known else base


def part_of(module: str) -> str:
    return module.split(".")[1]


def test_every_module_stands_on_a_floor() -> None:
    homeless = {name for name in modules() if name != FRONT_DOOR and part_of(name) not in FLOORS}
    assert homeless == set()


def test_no_import_points_up() -> None:
    known = modules()
    upward = [
        f"{name} → {target}"
        for name, path in known.items()
        if name != FRONT_DOOR
        for target in imports_of(name, path, known)
        if target.startswith("imcp_jupyter.") and FLOORS[part_of(target)] > FLOORS[part_of(name)]
    ]
    assert upward == []


def test_no_module_imports_the_front_door() -> None:
    known = modules()
    back = [name for name, path in known.items() if name != FRONT_DOOR and FRONT_DOOR in set(imports_of(name, path, known))]
    assert back == []


def test_no_circle_among_modules() -> None:
    known = modules()
    edges = {name: {t for t in imports_of(name, path, known, True) if t in known and t != name} for name, path in known.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name not in done:
            for target in edges[name]:
                visit(target, (*trail, name))
            done.add(name)

    for name in edges:
        visit(name, ())


def test_the_server_imports_no_engine_library() -> None:
    known = modules()
    found = [
        f"{name} → {target}"
        for name, path in known.items()
        if name.startswith("imcp_jupyter.server")
        for target in imports_of(name, path, known)
        if target.split(".")[0] in ENGINE_LIBRARIES or target.startswith("imcp_jupyter.synth")
    ]
    assert found == []


def test_no_module_is_longer_than_400_lines() -> None:
    long = {name: lines for name, path in modules().items() if (lines := len(path.read_text().splitlines())) > 400}
    assert long == {}
