"""Floor 3: engines that learn from data and make new data."""
