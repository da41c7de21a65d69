"""Floor 6: the tools. One class each; every face is made from the registry, so a tool is added here and nowhere else."""
