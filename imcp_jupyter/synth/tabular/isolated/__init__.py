"""Engines whose libraries run in a process of their own: both ends of it, and the model that draws through it."""
