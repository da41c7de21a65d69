"""What to do about a check that did not pass."""

from __future__ import annotations

_KEEP_IN = "Do not share this table."

ADVICE: dict[str, str] = {
    "structure": "Generate every column of the real table and keep its types; a CSV in between loses types, Parquet keeps them.",
    "validity": "Generate with the real table's schema, and add constraints for the columns listed in the evidence.",
    "missingness": "Use an engine that models missing values, or declare the column's missing share in the schema.",
    "column_shapes": "Look at the distributions of the worst columns; check their kinds in the schema, or use engine 'cart'.",
    "column_pairs": "Relations between columns got lost: use engine 'cart', or train on more rows.",
    "quality_score": "Column shapes and column pair trends, of which this is the mean, say where to look.",
    "data_validity": "The checks 'valid values' and 'missing values' say which cells; this is SDMetrics' number for the same.",
    "data_structure": "Keep names and storage types of the real columns: Parquet does, CSV does not.",
    "all_pairs": "Pairs of columns lost their joint distribution: use engine 'cart', or train on more rows.",
    "triples": "Interactions of three columns got lost: use engine 'cart', or train on more rows.",
    "missing_patterns": "Cells that are missing together in the real table are not here: use an engine that models them jointly.",
    "text_formats": "Give the column a format constraint, or declare its kind of personal data so that fakes keep its format.",
    "c2st": "A model tells synthetic rows apart. Look at the worst pairs, at rounding and at impossible combinations of values.",
    "tstr_ratio": "The relation of the target to the other columns got lost: train on more rows, or use another engine.",
    "tstr_targets": "Relations of the columns named in the evidence got lost: train on more rows, or use another engine.",
    "feature_importance": "Models of this table rely on other columns than models of real rows: do not explain decisions with them.",
    "calibration": "Labels are too random, or off in some region: look for flipped labels; recalibrate models on real rows.",
    "identical_matches": f"{_KEEP_IN} Drop the copied rows (positions in the evidence) and retrain with a privacy budget (epsilon).",
    "dcr_share": f"{_KEEP_IN} The generator has memorised training rows: retrain with larger leaves or a privacy budget (epsilon).",
    "nndr": "Some synthetic rows sit almost on top of one training row: retrain with stronger smoothing, or drop those rows.",
    "dcr_quantile": "Synthetic rows lie nearer to real rows than those do to each other: smooth more, and hold out real rows to be sure.",
    "singling_out_univariate": "Values that one person has came through: round numbers, and group rare values before training.",
    "singling_out_multivariate": f"{_KEEP_IN} Combinations single out training rows: use larger leaves or a privacy budget (epsilon).",
    "linkability": f"{_KEEP_IN} Synthetic rows link what belongs to one person: retrain with larger leaves or a privacy budget (epsilon).",
    "attribute_inference": f"{_KEEP_IN} Secret columns of training rows can be guessed: retrain with a privacy budget (epsilon).",
    "near_copies": f"{_KEEP_IN} Drop the rows that repeat a training row but for one cell, and retrain with larger leaves or a budget.",
    "membership_inference": f"{_KEEP_IN} It shows who was in the training table: retrain with larger leaves or a privacy budget (epsilon).",
    "formula_injection": "Put an apostrophe before these cells or drop them, and export as Parquet: spreadsheets run such cells.",
    "prompt_injection": "Drop these texts before a language model reads the table, and look where they came from.",
    "secrets": f"{_KEEP_IN} Revoke the keys that work, drop the cells, and take such columns out of the source.",
    "unsafe_characters": "Drop the control and reordering characters; they hide what a cell really says.",
    "oversized_fields": "Cut the texts, or give the column a longest length in its schema.",
    "canary_replay": f"{_KEEP_IN} The generator repeats planted values: retrain with a privacy budget (epsilon).",
    "poisoned_rows": "Drop these rows, and look for the value in the source: a model trained on them learns the planted rule.",
}
