"""Realistic questions and chores on the demo data, with answers that can be checked, for any agent that speaks MCP."""
