"""Floor 4: the workspace: database, datasets, models, reports, jobs and the processes that run them."""
