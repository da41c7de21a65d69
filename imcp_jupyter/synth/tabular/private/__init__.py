"""Differentially private synthesis: measured marginals, a graphical model, and an exact account of what was spent."""
