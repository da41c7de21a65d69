"""Floor 1: what crosses a process or wire boundary, as pydantic models. No I/O, nothing heavy."""
