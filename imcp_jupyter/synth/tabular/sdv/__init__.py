"""The single-table engines of SDV (BUSL-1.1), each run in a process of its own; nothing of SDV is imported in ours."""
