"""Run the sections named on the command line (all by default) and put them into docs/benchmarks.md.

python -m bench            everything
python -m bench tabular    one section; the others keep what they last measured
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from . import calibration, commands, coverage, gatf, gatf_privacy, gatf_speed, private, quality, related, rivals, scale, tabular

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "benchmarks.md"
SECTIONS: dict[str, Callable[[], str]] = {
    "commands": commands.section,
    "tabular": tabular.section,
    "quality": quality.section,
    "accuracy": rivals.section,
    "scale": scale.section,
    "related": related.section,
    "private": private.section,
    "gatf": gatf.section,
    "gatf_speed": gatf_speed.section,
    "gatf_privacy": gatf_privacy.section,
    "calibration": calibration.section,
    "coverage": coverage.section,
}
HEAD = """# Benchmarks

Written by `make bench` (`python -m bench`); worse results stand here too. Wall times depend on the machine and on what else
it does: read ratios between rows of one table, and CPU seconds, rather than absolute times.
"""


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        sys.exit(f"no section {unknown[0]!r}; there is: {', '.join(SECTIONS)}")
    kept = _sections(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for name in names or SECTIONS:
        print(f"measuring {name} …", flush=True)
        kept[name] = f"{SECTIONS[name]().strip()}\n\n{_where(name)}"
        _write(kept)  # a section that breaks takes none of those before it along
    print(f"wrote {TARGET.relative_to(ROOT)}")


def _write(kept: dict[str, str]) -> None:
    body = "\n\n".join(f"<!-- {name} -->\n{kept[name].strip()}" for name in SECTIONS if name in kept)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f"{HEAD}\n{body}\n", encoding="utf-8")


def _where(name: str) -> str:
    packages = ("imcp_jupyter", "numpy", "pandas", "scikit-learn", "scipy", "pyarrow", "sdmetrics", "sdv")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"*`python -m bench {name}`, {date.today()}, {os.cpu_count()} cores {_processor()}, {platform.system()}, "
        f"Python {platform.python_version()}; {versions}.*"
    )


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor()


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"<!-- (\w+) -->\n", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


if __name__ == "__main__":
    main(sys.argv[1:])
