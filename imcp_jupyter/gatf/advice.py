"""What to do about a check that did not pass."""

from __future__ import annotations

ADVICE: dict[str, str] = {
    "structure": "Generate every column of the real table and keep its types; a CSV in between loses types, Parquet keeps them.",
    "validity": "Generate with the real table's schema, and add constraints for the columns listed in the evidence.",
    "missingness": "Use an engine that models missing values, or declare the column's missing share in the schema.",
    "column_shapes": "Look at the distributions of the columns listed as worst; check their kinds in the schema, or use engine 'cart'.",
    "column_pairs": "Relations between columns got lost: use engine 'cart', or train on more rows.",
    "quality_score": "Column shapes and column pair trends, of which this is the mean, say where to look.",
    "c2st": "A model tells synthetic rows apart. Look at the worst pairs, at rounding of numbers and at impossible combinations of values.",
    "tstr_ratio": "The relation between the target and the other columns got lost: train the generator on more rows, or with another engine.",
    "identical_matches": "Do not share this table. Drop the copied rows (positions in the evidence), and retrain with fewer parameters or with a "
    "privacy budget (epsilon).",
    "dcr_share": "Do not share this table. The generator has memorised training rows: retrain with larger leaves, fewer epochs or a privacy budget "
    "(epsilon).",
    "nndr": "Some synthetic rows sit almost on top of one training row: retrain with stronger smoothing, or drop those rows.",
    "dcr_quantile": "Synthetic rows lie nearer to real rows than those to each other: retrain with stronger smoothing, and hold out real rows to be sure.",
}
