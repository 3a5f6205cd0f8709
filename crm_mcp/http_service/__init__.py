"""The HTTP service of `crm-mcp serve --transport http`: who is let in, and how it is run."""

from crm_mcp.http_service.app import build_app
from crm_mcp.http_service.serving import serve

__all__ = ["build_app", "serve"]
