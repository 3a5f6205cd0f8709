"""`python -m tests.snapshots` (`make snapshots`) writes anew all that is generated from code; read the diff it leaves.

The schema snapshots of the tools, the tables of the README, and the reference in `docs/reference`. A test holds
each to the code.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from mcp.types import Tool

from crm_mcp.cli import main as crm_mcp_command
from crm_mcp.registry import CONNECTORS, choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.toolsets import DEFAULT
from crm_mcp.transport.connections import ConnectionPool
from mockserver.cli import main as crm_mock_command
from mockserver.crm.profiles import PROFILE_NAMES, Deviation
from mockserver.registry import CRMS, CrmEntry
from release.links import render_links
from release.project import VERSION, registry_name
from release.server_description import MANIFEST, SERVER_JSON, describe_server, read_manifest, render
from tests.reference.command_pages import render_commands
from tests.reference.error_page import render_errors
from tests.reference.fake_pages import render_control_api, render_fixtures, render_rules
from tests.reference.readme_parts import render_settings, render_tool_groups
from tests.reference.replica_page import render_replica
from tests.reference.telemetry_page import render_audit_columns, render_events, render_opentelemetry
from tests.reference.tool_pages import render_tools
from tests.support.mcp_play import both_crms

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "reference"
DEVIATIONS = REFERENCE / "deviations.md"
SETTINGS = REFERENCE / "settings.md"
TOOLS = ROOT / "tests" / "crm_mcp" / "snapshots"
HOW = "run `make snapshots` and read the diff"
_BETWEEN_MARKS = r"(<!-- {0}: [^\n]*-->\n)(.*?)(<!-- /{0} -->)"


def list_tools(*, read_only: bool = False, toolsets: str = "") -> list[Tool]:
    """Return the tools of the CRMs that the environment names."""
    pool = ConnectionPool()
    server = build_server(connect(pool), pool, toolsets=choose_toolsets(toolsets), read_only=read_only)
    return asyncio.run(server.list_tools())


def list_all_tools(toolsets: str = "all") -> list[Tool]:
    """Return the tools as with both CRMs connected."""
    with mock.patch.dict(os.environ, both_crms("http://127.0.0.1:9")):
        return list_tools(toolsets=toolsets)


def as_json(tool: Tool) -> dict[str, Any]:
    """Return a tool as tools/list shows it."""
    return tool.model_dump(mode="json", by_alias=True, exclude_none=True)


def render_tool(tool: Tool) -> str:
    """Return the snapshot of one tool."""
    return json.dumps(as_json(tool), indent=2, ensure_ascii=False) + "\n"


def render_tools_of_readme() -> str:
    """Return the README's table of all tools: of both CRMs, of each, and of each further toolset."""
    environment = both_crms("http://127.0.0.1:9")
    of_crm: dict[str, list[Tool]] = {}
    for known in CONNECTORS:
        own = {name: value for name, value in environment.items() if name.startswith(known.name.upper())}
        with mock.patch.dict(os.environ, own):
            of_crm[known.title] = list_tools()
    further = [name for known in CONNECTORS for name in known.further_toolsets]
    return render_tool_groups(of_crm, {name: list_all_tools(name) for name in further})


def render_manifest() -> str:
    """Return the bundle's manifest with the version and the default tools of the code."""
    tools = [{"name": tool.name, "description": tool.title} for tool in list_all_tools(DEFAULT)]
    manifest = read_manifest() | {"version": VERSION, "tools": tools}
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def render_registry_mark() -> str:
    """Return the line by which the registry knows that the distribution is this server's."""
    return f"<!-- mcp-name: {registry_name()} -->\n"


def render_all_tools() -> str:
    """Return the reference of all tools, by toolset."""
    further = [name for known in CONNECTORS for name in known.further_toolsets]
    return render_tools({name: list_all_tools(name) for name in (DEFAULT, *further)})


def render_all_commands() -> str:
    """Return the reference of both programs' commands."""
    return render_commands("crm-mcp", crm_mcp_command) + "\n" + render_commands("crm-mock", crm_mock_command)


def render_settings_of_readme() -> str:
    """Return the settings that everybody needs as the reference has them, and the names of the others."""
    return render_settings(SETTINGS.read_text(encoding="utf-8"))


def render_deviations() -> str:
    """Return a heading and a table of switches for each CRM."""
    return "\n".join(_render_crm(entry) for entry in CRMS)


def _render_crm(entry: CrmEntry) -> str:
    head = f"## {entry.title}\n\n| switch | on in | off | on | known |\n|---|---|---|---|---|\n"
    return head + "".join(_render_row(deviation) for deviation in entry.deviations)


def _render_row(deviation: Deviation) -> str:
    profiles = [name for name in PROFILE_NAMES if name in deviation.profiles]
    on_in = "both" if len(profiles) == len(PROFILE_NAMES) else ", ".join(profiles) or "neither"
    known = deviation.provenance
    return f"| `{deviation.name}` | {on_in} | {deviation.documented} | {deviation.observed} | {known} |\n"


GENERATED: Mapping[tuple[Path, str], Callable[[], str]] = {
    (README, "tools"): render_tools_of_readme,
    (README, "links"): render_links,
    (README, "registry"): render_registry_mark,
    (README, "settings"): render_settings_of_readme,
    (DEVIATIONS, "deviations"): render_deviations,
    (REFERENCE / "tools.md", "tools"): render_all_tools,
    (REFERENCE / "commands.md", "commands"): render_all_commands,
    (REFERENCE / "control-api.md", "endpoints"): render_control_api,
    (REFERENCE / "replica.md", "replica"): render_replica,
    (REFERENCE / "fixtures.md", "fixtures"): render_fixtures,
    (REFERENCE / "rules.md", "rules"): render_rules,
    (REFERENCE / "errors.md", "errors"): render_errors,
    (REFERENCE / "telemetry.md", "audit"): render_audit_columns,
    (REFERENCE / "telemetry.md", "events"): render_events,
    (REFERENCE / "telemetry.md", "opentelemetry"): render_opentelemetry,
}
"""What stands between the marks of a page, by page and mark."""


def read_table(page: Path, name: str) -> str:
    """Return what stands between the marks of a generated table."""
    found = re.search(_BETWEEN_MARKS.format(name), page.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{page.name} has no table {name}"
    return found[2]


def _write_table(page: Path, name: str, table: str) -> None:
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(_BETWEEN_MARKS.format(name), re.DOTALL)
    page.write_text(pattern.sub(lambda found: found[1] + table + found[3], text), encoding="utf-8")


def write_all() -> None:
    """Write every snapshot and table, and remove the snapshots of tools that are gone."""
    tools = {f"{tool.name}.json": render_tool(tool) for tool in list_all_tools()}
    for stale in {file.name for file in TOOLS.glob("*.json")} - tools.keys():
        (TOOLS / stale).unlink()
    for name, text in tools.items():
        (TOOLS / name).write_text(text, encoding="utf-8")
    MANIFEST.write_text(render_manifest(), encoding="utf-8")
    SERVER_JSON.write_text(render(describe_server()), encoding="utf-8")
    for (page, name), render_part in GENERATED.items():
        _write_table(page, name, render_part())


if __name__ == "__main__":
    write_all()
