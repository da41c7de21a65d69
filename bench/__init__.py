"""``make bench``: measures, and writes docs/benchmarks.md. Peers run in the same run, on the same data."""
