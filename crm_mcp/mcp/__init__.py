"""How functions become MCP tools, resources, prompts and files. Imports no CRM."""
