"""The Ivinex wire format: `build_<operation>` makes a request, `parse_<operation>` a model of its response. Pure."""

from crm_mcp.ivinex.wire.requests import build_create_records, build_search_records, build_update_records
from crm_mcp.ivinex.wire.responses import parse_get_record, parse_search_records, parse_write_results

__all__ = [
    "build_create_records",
    "build_search_records",
    "build_update_records",
    "parse_get_record",
    "parse_search_records",
    "parse_write_results",
]
