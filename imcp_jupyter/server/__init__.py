"""Floor 8: the Jupyter Server extension: MCP and REST under ``{base_url}imcp/``, behind Jupyter's own identity."""
