"""Documents, which are invoices, offers and orders: requests built, responses parsed. Pure."""

from crm_mcp.minicrm.wire.documents.requests import *  # noqa: F403  # integrators and fixtures take every operation from here
from crm_mcp.minicrm.wire.documents.responses import *  # noqa: F403
from crm_mcp.minicrm.wire.documents.writes import *  # noqa: F403
