"""Which columns hold personal data, told from their content and their names."""
