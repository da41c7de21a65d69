"""Run every notebook top to bottom and keep its output in the source tree, without what only this run knows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            done = Path(home) / path.name
            command = [sys.executable, "-m", "papermill", str(path), str(done), "--no-progress-bar"]
            subprocess.run(command, check=True, cwd=home, env=os.environ | {"IMCP_HOME": str(Path(home) / "workspace")})
            notebook = nbformat.read(done, as_version=4)
            notebook.metadata = {name: notebook.metadata[name] for name in ("kernelspec", "language_info")}
            for cell in notebook.cells:
                cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
                for output in cell.get("outputs", []):
                    # A widget needs its kernel; the saved page shows the table that stands beside it.
                    output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            nbformat.write(notebook, path)
            print(path.name, f"{path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
