"""Makes every error that the page about troubleshooting explains, in this process, and gives what a person reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from click.testing import CliRunner

from crm_mcp.cli import main as crm_mcp_command
from mockserver.cli import main as crm_mock_command

Settings = Mapping[str, str | None]

WITHOUT: Settings = {
    "IVINEX_URL": None,
    "IVINEX_USERNAME": None,
    "IVINEX_PASSWORD": None,
    "IVINEX_MODULES": None,
    "MINICRM_URL": None,
    "MINICRM_SYSTEM_ID": None,
    "MINICRM_API_KEY": None,
    "MINICRM_REQUESTS_PER_MINUTE": None,
}
"""No CRM at all."""

WRONG_SETTINGS: Sequence[Settings] = (
    WITHOUT,
    {"MINICRM_API_KEY": None},
    {"CRM_MCP_READONLY": "1"},
    {"MINICRM_APIKEY": "demo-api-key"},
    {"MINICRM_URL": "http://crm.example.com"},
    {"MINICRM_URL": "r3.minicrm.hu"},
    {"IVINEX_MODULES": "contact"},
    {"CRM_MCP_LANGUAGE": "de"},
    {"CRM_MCP_TOOLSETS": "mony"},
    {"CRM_MCP_CA_FILE": "missing.pem"},
    {"CRM_MCP_CALL_BUDGET_S": "soon"},
    {"CRM_MCP_SETTINGS": "missing.toml"},
    {"CRM_MCP_SETTINGS": "broken.toml"},
    {"CRM_MCP_SETTINGS": "unknown.toml"},
    {**WITHOUT, "CRM_MCP_SETTINGS": "absent_variable.toml"},
    {**WITHOUT, "CRM_MCP_SETTINGS": "keychain.toml"},
    {"MINICRM_TIMEZONE": "Europe/Pest"},
)
"""Each is met by whatever command comes first."""

WRONG_LOGINS: Sequence[Settings] = (
    {"MINICRM_API_KEY": "wrong"},
    {"MINICRM_API_KEY": '"demo-api-key"'},
    {"MINICRM_URL": "http://127.0.0.1:9", "MINICRM_REQUESTS_PER_MINUTE": "0"},
    {"IVINEX_MODULES": "contact=1001,note=9999"},
    {"MINICRM_USER": "Nobody"},
)
"""`doctor` tells them."""

FILES = {
    "broken.toml": "[accounts.acme\n",
    "unknown.toml": "[server]\nreadonly = true\n",
    "absent_variable.toml": '[accounts.acme.minicrm]\nsystem_id = "10001"\napi_key = { env = "ACME_KEY" }\n',
    "keychain.toml": '[accounts.acme.minicrm]\nsystem_id = "10001"\napi_key = { keychain = "acme.minicrm.api_key" }\n',
    "seed.yaml": "minicrm:\n  projects:\n    - {Id: 1, Name: x}\n",
}

CALLS: Sequence[tuple[str, Mapping[str, object]]] = (
    ("search_contact", {}),
    ("search_contacts", {"querry": "Anna"}),
    ("search_contacts", {"limit": 500}),
    ("search_projects", {"module": "Salse"}),
    ("search_projects", {"module": "Sales", "status": "Contacted"}),
    ("search_projects", {"module": "Sales", "user": "Nobody"}),
    ("search_projects", {"module": "Sales", "filters": {"Budjet": 1}}),
    ("search_projects", {"module": "Sales", "cursor": "abc"}),
    ("get_project", {"project_id": "999999"}),
    ("update_project", {"project_id": "6001", "fields": {"Deleted": 1}}),
    ("update_project", {"project_ids": [str(6001 + at) for at in range(12)], "fields": {"UserId": "Nagy Eszter"}}),
    ("update_project", {"project_id": "6001", "fields": {"Status": "Contracted"}}),
    ("update_project", {"plan_id": "plan-000000000000"}),
    ("create_contact", {"type": "Person", "fields": {"FirstName": "K", "Email": "voros.katalin@dunaparti.example"}}),
    ("create_task", {"project_id": "6001", "comment": "x", "deadline": "tomorrow-ish"}),
    ("query_crm", {"sql": "select nmae from minicrm_projects"}),
    ("query_crm", {"sql": "select * from minicrm_project"}),
    ("query_crm", {"sql": "delete from minicrm_projects"}),
    ("query_crm", {"sql": "select 1; select 2"}),
    ("undo_write", {"write_id": "write-000000000000"}),
)

COMMANDS: Sequence[Sequence[str]] = (
    ("--env-file", "missing.env", "doctor"),
    ("serve", "--transport", "http", "--host", "0.0.0.0"),  # noqa: S104 - it is refused
    ("call", "search_contacts", "Anna"),
    ("undo", "write-000000000000"),
    ("audit", "--since", "lately"),
    ("sync", "--crm", "salesforce"),
    ("install", "emacs"),
    ("query", "select nmae from minicrm_projects"),
)

MOCK_COMMANDS: Sequence[Sequence[str]] = (
    ("serve", "--deviation", "count-as-text"),
    ("serve", "--seed", "demmo"),
    ("seed", "--check", "seed.yaml"),
    ("contract", "--rule", "minicrm.pagin"),
    ("contract", "--target", "http://127.0.0.1:9"),
)


def play_all(settings: Mapping[str, str], folder: Path) -> list[str]:
    """Return what is said to each; the commands run in a folder that holds `FILES`."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    said = [_say(crm_mcp_command, ["tools"], settings, change) for change in WRONG_SETTINGS]
    said += [_say(crm_mcp_command, ["doctor"], settings, change) for change in WRONG_LOGINS]
    elsewhere = {"MINICRM_URL": f"{settings['MINICRM_URL']}/shop"}
    said += [_say(crm_mcp_command, ["doctor"], settings, elsewhere)]
    said += [_say(crm_mcp_command, ["call", tool, json.dumps(given)], settings, {}) for tool, given in CALLS]
    said += [_say(crm_mcp_command, command, settings, {}) for command in COMMANDS]
    said += [_say(crm_mcp_command, ["undo", "write-1"], settings, {"CRM_MCP_READ_ONLY": "1"})]
    money = {"customer_id": "5101", "items": [{"name": "Bench", "quantity": 1, "price": 1, "vat": "27%"}]}
    said += [
        _say(crm_mcp_command, ["call", "create_invoice", json.dumps(money)], settings, {"CRM_MCP_TOOLSETS": "money"})
    ]
    return said + [_say(crm_mock_command, command, settings, {}) for command in MOCK_COMMANDS]


def _say(program: click.Command, command: Sequence[str], settings: Mapping[str, str], change: Settings) -> str:
    """Return what a command says on both streams, as one line a paragraph."""
    result = CliRunner().invoke(program, list(command), env={**settings, **change})
    return result.output
