"""A skill for agents, generated from the account: what is there, and how to work in it.

Served as `skill://` resources and written to a folder by `crm-mcp skill`. What a CRM adds comes from its own folder.
"""
