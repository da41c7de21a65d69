"""Fakes for columns of personal data: in the locale and format of the real ones, consistent in a row, never a real one."""
