"""TabularARGN of MOSTLY AI (package mostlyai-engine, Apache-2.0), run in a process of its own; nothing of it is imported in ours."""
