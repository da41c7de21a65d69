"""What `import imcp_jupyter` costs, measured in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("pandas", "torch", "sdv", "boto3", "google.cloud", "azure", "plotly", "numpy", "sklearn", "sqlalchemy")
BUDGET_SECONDS = 0.3


def test_the_import_is_quick_and_light() -> None:
    code = (
        "import sys, time, json; start = time.perf_counter(); import imcp_jupyter; spent = time.perf_counter() - start; "
        f"print(json.dumps([spent, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    runs = [json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    assert min(spent for spent, _ in runs) < BUDGET_SECONDS
    assert runs[0][1] == []


def test_using_a_tool_function_does_not_load_torch_or_cloud_libraries() -> None:
    code = (
        "import sys, imcp_jupyter as imcp; imcp.generate_tabular; "
        "print([name for name in ('torch', 'sdv', 'boto3', 'google.cloud', 'azure', 'plotly') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
