"""Histories, mails, templates, connections and products: the part of MiniCRM's API beyond its short document. Pure."""

from crm_mcp.minicrm.wire.history.requests import *  # noqa: F403  # integrators and fixtures take every operation from here
from crm_mcp.minicrm.wire.history.responses import *  # noqa: F403
