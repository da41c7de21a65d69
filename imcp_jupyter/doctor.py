"""``imcp doctor``: what an installation needs, checked, with what to do about it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .config import Settings
from .errors import ImcpError


@dataclass(frozen=True)
class Finding:
    title: str
    ok: bool
    detail: str
    remedy: str = ""


def check_installation() -> list[Finding]:
    """Every check, each by itself: one that fails does not hide the next."""
    checks: tuple[Callable[[], Finding], ...] = (_workspace, _extension, _kernel, _bundle, _lab, _engines)
    return [check() for check in checks] + _broken_engines()


def _workspace() -> Finding:
    from .workspace.workspace import Workspace

    try:
        workspace = Workspace.open(Settings.load())
        workspace.ping()
        with tempfile.TemporaryFile(dir=workspace.home):
            pass
        workspace.close()
    except (ImcpError, OSError) as error:
        return Finding("workspace", False, str(error), "set IMCP_HOME to a writable folder")
    return Finding("workspace", True, str(workspace.home))


def _extension() -> Finding:
    from jupyter_core.paths import jupyter_config_path

    folders = [Path(folder) / "jupyter_server_config.d" for folder in jupyter_config_path()]
    enabled = any((folder / "imcp_jupyter.json").is_file() for folder in folders)
    return Finding("server extension", enabled, "enabled" if enabled else "not enabled", "jupyter server extension enable imcp_jupyter")


def _kernel() -> Finding:
    try:
        found = version("ipykernel")
    except PackageNotFoundError:
        return Finding("kernel", False, "ipykernel is not installed", "pip install 'ipykernel>=7'")
    return Finding("kernel", int(found.split(".")[0]) >= 7, f"ipykernel {found}", "pip install --upgrade 'ipykernel>=7'")


def _bundle() -> Finding:
    bundle = Path(__file__).parent / "widgets" / "static" / "imcp.js"
    return Finding("widgets", bundle.is_file(), bundle.name if bundle.is_file() else "the widget bundle is not built", "make .venv/ready")


def _lab() -> Finding:
    try:
        return Finding("JupyterLab", True, version("jupyterlab"))
    except PackageNotFoundError:
        return Finding("JupyterLab", False, "not installed", "pip install 'imcp_jupyter[lab]'")


def _engines() -> Finding:
    from .synth.tabular.mostly.model import MOSTLY
    from .synth.tabular.registry import engine_names
    from .synth.tabular.sdv.model import SDV

    names = engine_names()
    offered = {name.partition(":")[0] for name in names}
    absent = [
        f"{library.extra}: {library.missing(library.extra).hint}"
        for library in (SDV, MOSTLY)
        if library.extra in offered and not library.installed
    ]
    return Finding("engines", True, ", ".join(names) + (f" ({'; '.join(absent)})" if absent else ""))


def _broken_engines() -> list[Finding]:
    from .synth.tabular.registry import plugin_faults

    return [
        Finding(f"engine {fault.name}", False, f"package '{fault.package}': {fault.reason}", f"pip uninstall {fault.package}, or mend it")
        for fault in plugin_faults()
    ]
