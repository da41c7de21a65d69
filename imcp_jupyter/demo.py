"""``imcp demo``: the quickstart notebook, run headless, and what it made as files."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .config import Settings
from .errors import ImcpError, NotFound

if TYPE_CHECKING:
    from .models.validation import ReportDocument
    from .workspace.workspace import Workspace

NOTEBOOK = "01_quickstart.ipynb"
DATASET = "adult_synthetic"  # what the notebook calls it


def notebooks_folder() -> Path:
    """Where the demo notebooks are: inside the installed package, or in the source tree beside it."""
    here = Path(__file__).parent
    for folder in (here / "notebooks", here.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder
    raise NotFound("the demo notebooks are not installed", field="demo", hint="install imcp_jupyter again from its wheel")


def run_demo(words: list[str]) -> int:
    """Execute the quickstart into `--out`; print what came of it. Its workspace is its own and starts empty."""
    parser = argparse.ArgumentParser(prog="imcp demo", description="fit, sample, validate and report on the bundled Adult census")
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="folder for the results")
    parser.add_argument("--rows", type=int, default=16_281, help="synthetic rows to draw")
    parser.add_argument("--engine", default="auto", help="auto, cart or copula")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(words)
    out: Path = options.out.resolve()
    home = out / "workspace"
    shutil.rmtree(home, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    executed = out / "quickstart.ipynb"
    parameters = ["-p", "rows", str(options.rows), "-p", "engine", options.engine, "-p", "seed", str(options.seed)]
    command = [sys.executable, "-m", "papermill", str(notebooks_folder() / NOTEBOOK), str(executed), *parameters, "--no-progress-bar"]
    # papermill's working directory is process-wide, so it gets a process of its own
    ran = subprocess.run(command, env=os.environ | {"IMCP_HOME": str(home)}, cwd=out, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        raise ImcpError(f"the quickstart notebook failed: {last}", field="demo", hint=f"open {executed} to see where")
    from .workspace.workspace import Workspace

    workspace = Workspace.open(Settings.load(home=home))
    try:
        print(_collect(workspace, out))
    finally:
        workspace.close()
    return 0


def _collect(workspace: Workspace, out: Path) -> str:
    """Copy the notebook's dataset and GATF report to `out`; returns the summary."""
    from .gatf.report import render_html

    synthetic = workspace.datasets[DATASET]
    newest = next(info for info in workspace.reports.list() if info.kind == "gatf")
    document = workspace.reports.document(newest.id)
    shutil.copyfile(synthetic.path, out / "synthetic.parquet")
    (out / "report.html").write_text(render_html(document), encoding="utf-8")
    (out / "report.json").write_text(document.model_dump_json(indent=2), encoding="utf-8")
    card = synthetic.info.lineage["card"]
    head = f"{synthetic.info.rows:,} rows by engine {card['engine']} from {card['source_rows']:,} real rows, seed {card['seed']}"
    files = "\n".join(f"  {out / name}" for name in ("synthetic.parquet", "report.html", "report.json", "quickstart.ipynb"))
    return f"{head}\n\n{_table(document)}\n\n{files}\n\n{trust_line(document)}"


def _table(document: ReportDocument) -> str:
    lines = []
    for dimension in document.dimensions:
        score = "skipped" if dimension.score is None else f"{dimension.score:5.1f}"
        lines.append(f"{dimension.name:<12}{score}   {dimension.verdict}")
        for check in document.checks:
            if check.dimension == dimension.name:
                value = "–" if check.value is None else f"{check.value:.4f}"
                lines.append(f"    {check.verdict:<8}{check.title:<44}{value:>10} {check.unit}".rstrip())
    return "\n".join(lines)


def trust_line(document: ReportDocument) -> str:
    """The last line of the summary; scripts read it."""
    low, high = document.interval
    return f"trust score {document.score:.1f} [{low:.1f}, {high:.1f}] level={document.level} badge={document.badge}"
