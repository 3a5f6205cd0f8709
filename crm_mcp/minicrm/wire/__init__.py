"""The MiniCRM wire format: `build_<operation>` makes a request, `parse_<operation>` a model of its response. Pure."""

from crm_mcp.minicrm.wire.requests import *  # noqa: F403  # integrators and fixtures take every operation from here
from crm_mcp.minicrm.wire.responses import *  # noqa: F403
