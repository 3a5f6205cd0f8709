"""The client of histories, mails, templates, connections and products."""

from __future__ import annotations

from crm_mcp.crm.operations import Client, operation
from crm_mcp.minicrm.wire.history import requests, responses


class HistoryClient(Client):
    """Works with what belongs to the cards of one MiniCRM account beside their fields; see `MinicrmClient`."""

    get_project_history = operation(requests.build_get_project_history, responses.parse_get_project_history)
    list_emails = operation(requests.build_list_emails, responses.parse_list_emails)

    list_templates = operation(requests.build_list_templates, responses.parse_list_templates)
    get_template = operation(requests.build_get_template, responses.parse_get_template)

    list_project_connections = operation(
        requests.build_list_project_connections, responses.parse_list_project_connections
    )
    create_project_connection = operation(
        requests.build_create_project_connection, responses.parse_create_project_connection
    )
    update_project_connection = operation(
        requests.build_update_project_connection, responses.parse_update_project_connection
    )
    delete_project_connection = operation(
        requests.build_delete_project_connection, responses.parse_delete_project_connection
    )

    create_product = operation(requests.build_create_product, responses.parse_create_product)
    update_product = operation(requests.build_update_product, responses.parse_update_product)
