"""The Model Context Protocol over the official SDK's low-level server. The SDK's internals are touched here only."""
