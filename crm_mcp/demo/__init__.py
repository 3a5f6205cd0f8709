"""`crm-mcp demo`: the bundled fake, the server on it, and one short real MCP session over stdio, printed for people."""

from __future__ import annotations

from crm_mcp.demo.play import play

__all__ = ["play"]
