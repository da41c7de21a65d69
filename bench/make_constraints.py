"""Resolve all extras for every supported Python into constraints.txt.

torch is pinned without its local suffix and without its GPU packages: where a CPU build is found it must do.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
GPU = re.compile(r"^(nvidia-|cuda-|triton|torch==)")


def main() -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", "--universal", "--python-version", "3.11", "pyproject.toml", "--all-extras", "--upgrade"]
    command += ["--no-header", "--no-annotate", "--no-emit-find-links", "--no-emit-index-url"]
    resolved = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    lines = [line for line in resolved if line and not GPU.match(line)]
    (ROOT / "constraints.txt").write_text("\n".join(sorted([*lines, "torch==2.13.0"])) + "\n")


if __name__ == "__main__":
    main()
