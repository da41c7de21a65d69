"""Floor 7: talking to a running lab over MCP."""
