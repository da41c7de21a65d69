"""How time and memory grow: fits, draws, files and completions on a census-like table, SDV beside them."""

from __future__ import annotations

from pathlib import Path

from .measure import table
from .probe import Measured, measured

ROWS, COLUMNS = (10_000, 100_000, 1_000_000), (10, 50, 200)
WRITTEN = 20_000_000
SDV_SAMPLED, SDV_COMPLETED = 100_000, 100
MOST_CELLS = {"cart": 10_000_000, "copula": 200_000_000}
PICTURE = Path(__file__).parent.parent / "docs" / "images" / "growth.png"


def section() -> str:
    return "\n\n".join(["## Scale", _against_sdv(), _large(), _growth()])


def _against_sdv() -> str:
    ours = {"fit": measured("fit", engine="copula", rows=100_000), "sample": measured("sample", engine="copula", rows=1_000_000)}
    ours["complete"] = measured("complete", engine="copula", rows=10_000)
    ours["cart"] = measured("complete", engine="cart", rows=10_000)
    default = measured("sdv", rows=100_000, distribution=None, sampled=SDV_SAMPLED, completed=SDV_COMPLETED)
    norm = measured("sdv", rows=100_000, distribution="norm", sampled=0, completed=0)
    per_million = {name: default["sample"][name] * 1_000_000 / SDV_SAMPLED for name in ("cpu", "wall")}
    per_10k = {name: default["complete"][name] * 10_000 / SDV_COMPLETED for name in ("cpu", "wall")}
    rows = [
        ["fit 100,000 rows", _cost(ours["fit"]), _cost(default["fit"]), _ratio(default["fit"], ours["fit"]), "≥ 150 ×"],
        ["fit 100,000 rows, SDV with `norm`", _cost(ours["fit"]), _cost(norm["fit"]), _ratio(norm["fit"], ours["fit"]), "≥ 30 ×"],
        [f"draw 1,000,000 rows (SDV: {SDV_SAMPLED:,}, times {1_000_000 // SDV_SAMPLED})", _cost(ours["sample"]), _cost(per_million),
         _ratio(per_million, ours["sample"]), "≥ 10 ×"],
        [f"complete 10,000 partial rows (SDV: {SDV_COMPLETED:,}, times {10_000 // SDV_COMPLETED})", _cost(ours["complete"]), _cost(per_10k),
         _ratio(per_10k, ours["complete"]), "≥ 100 ×"],
        ["the same with `cart`", _cost(ours["cart"]), _cost(per_10k), _ratio(per_10k, ours["cart"]), "–"],
    ]  # fmt: skip
    note = (
        "A mixed table of 16 columns (`bench/tables.py`): numbers with heavy tails and spikes, a datetime, text and ordered categories, "
        "missing values. Each line in a process of its own with one BLAS thread, after a warm-up; CPU seconds with the wall time in "
        "brackets. A fit counts the check and the typing of the frame. Completion: age, sex, schooling, married and income are given."
    )
    return f"{note}\n\n{table(['', '`copula`', 'SDV GaussianCopula', 'ratio (CPU)', 'goal'], rows)}"


def _large() -> str:
    fit = measured("fit", engine="copula", rows=1_000_000)
    draw = measured("sample", engine="copula", rows=1_000_000)
    file = measured("write", engine="copula", rows=WRITTEN)
    scan = measured("scan", rows=5_000_000, sampled=100_000)
    correlation = measured("correlate", rows=100_000, columns=200)
    memory = file["memory"]
    curve = ", ".join(f"{value:,.0f}" for value in memory[:: max(len(memory) // 8, 1)])
    rows = [
        ["`copula` fits 1,000,000 rows", _cost(fit), f"{fit['peak']:,.0f} MB", "≤ 3 CPU s"],
        ["`copula` draws 1,000,000 rows", _cost(draw), f"{draw['peak']:,.0f} MB", "≤ 2 CPU s, ≤ 500 MB"],
        [f"`copula` writes {WRITTEN:,} rows to Parquet ({file['bytes'] / 1e6:,.0f} MB)",
         f"{_cost(file)}: {WRITTEN / file['cpu']:,.0f} rows per CPU s, {WRITTEN / file['wall']:,.0f} per wall s", f"{file['peak']:,.0f} MB",
         "≥ 500,000 rows/s, ≤ 1 GB"],
        [f"types, hash and sample of {scan['rows']:,} Parquet rows", f"{_cost(scan)}: {scan['rows'] / scan['cpu']:,.0f} rows per CPU s",
         f"{scan['peak']:,.0f} MB", "memory flat"],
        ["correlation of 200 columns × 100,000 rows", _cost(correlation), f"{correlation['peak']:,.0f} MB", "< 1 s"],
    ]  # fmt: skip
    return (
        f"{table(['', 'CPU (wall)', 'peak memory above the input', 'goal'], rows)}\n\n"
        f"Resident memory (MB) on the way through the {WRITTEN:,} rows: {curve}."
    )


def _growth() -> str:
    found: dict[tuple[str, str, int, int], Measured] = {}
    for engine, most in MOST_CELLS.items():
        for columns in COLUMNS:
            for rows in ROWS:
                if rows * columns > most:
                    continue
                for work in ("fit", "sample"):
                    more = {} if work == "fit" else {"fitted": 10_000}
                    found[engine, work, columns, rows] = measured(work, engine=engine, rows=rows, columns=columns, **more)
    draw(found)
    lines = []
    for engine in MOST_CELLS:
        for work in ("fit", "sample"):
            for columns in COLUMNS:
                cells = [found.get((engine, work, columns, rows)) for rows in ROWS]
                lines.append(
                    [
                        f"`{engine}` {work}",
                        str(columns),
                        *("–" if cell is None else f"{cell['cpu']:.2f} s, {cell['peak']:,.0f} MB" for cell in cells),
                    ]
                )
    left_out = ", ".join(f"`{engine}` beyond {most / 1e6:,.0f} million cells" for engine, most in MOST_CELLS.items())
    return (
        f"### Growth\n\nCPU seconds and peak memory above the input; draws are from a model of 10,000 rows. Left out: {left_out}.\n\n"
        f"{table(['', 'columns', *(f'{rows:,} rows' for rows in ROWS)], lines)}\n\n![Time and memory by rows](images/growth.png)"
    )


def draw(found: dict[tuple[str, str, int, int], Measured]) -> None:
    """The table of growth as a picture: one panel for each engine and work, the slope of rows × log(rows) dashed."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np

    figure, panels = plt.subplots(2, 4, figsize=(15, 7), sharex=True, constrained_layout=True)
    for column, (engine, work) in enumerate([(engine, work) for engine in MOST_CELLS for work in ("fit", "sample")]):
        for row, (what, unit) in enumerate([("cpu", "CPU seconds"), ("peak", "peak memory above input, MB")]):
            panel = panels[row, column]
            for columns in COLUMNS:
                have = [rows for rows in ROWS if (engine, work, columns, rows) in found]
                panel.plot(have, [max(found[engine, work, columns, rows][what], 1e-3) for rows in have], "o-", label=f"{columns} columns")
            sizes = np.array(ROWS, dtype=float)
            last = found[engine, work, 10, ROWS[-1]][what]
            panel.plot(sizes, sizes * np.log(sizes) * last / (sizes[-1] * np.log(sizes[-1])), "--", color="grey", label="rows × log(rows)")
            panel.set(
                xscale="log",
                yscale="log",
                title=f"{engine} {work}" if row == 0 else "",
                xlabel="rows" if row else "",
                ylabel=unit if column == 0 else "",
            )
            panel.grid(alpha=0.3)
    panels[0, 0].legend()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=70)
    plt.close(figure)


def _cost(cost: Measured) -> str:
    return f"{cost['cpu']:.2f} s ({cost['wall']:.2f} s)"


def _ratio(theirs: Measured, ours: Measured) -> str:
    return f"{theirs['cpu'] / ours['cpu']:,.0f} ×"
