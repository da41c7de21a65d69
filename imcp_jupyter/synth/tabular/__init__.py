"""Tabular engines behind one protocol (`engine`) and one registry (`registry`)."""
