"""Floor 3: GATF, the General Agent Testing Framework: checks by dimension, a trust score, reports."""
