"""Reads requests before the MCP SDK does: each reaches it whole, as one message that reads the same to everybody."""
