"""Floor 2: frames with a typed view, files, bundled samples. Knows nothing of engines or workspaces."""
