"""Webhooks: what is set up, what waits to be sent, and what became of it."""
