"""The command `undo`: its options, and how it ends."""

from __future__ import annotations

import asyncio
import sys

import click

from crm_mcp.commands.connecting import connect
from crm_mcp.commands.ending import EXIT_PROBLEM, end_by_settings, end_with_problem
from crm_mcp.errors import CrmError, SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)


@click.command(epilog="Example: crm-mcp undo write-c9b29b55dbc6 --dry-run")
@click.argument("write_id")
@click.option("--dry-run", is_flag=True, help="Show what would be put back, and write nothing.")
@click.option("--yes", is_flag=True, help="Ask nobody, even where the write itself was asked about.")
def undo(write_id: str, *, dry_run: bool, yes: bool) -> None:
    """Take back one write; exit 1 where a record could not be, or nobody confirmed."""
    try:
        settings, pool, store, connectors = connect()
    except SettingsError as error:
        end_by_settings(error)
    if settings.read_only and not dry_run:
        end_by_settings(
            SettingsError(
                _texts.later("CRM_MCP_READ_ONLY is set, so nothing is written."), hint=_texts.later("--dry-run works.")
            )
        )
    from crm_mcp.commands.audit.taking_back import print_undone, take_back

    unasked = yes or settings.unconfirmed_writes
    try:
        result = asyncio.run(take_back(pool, store, connectors, write_id, dry_run=dry_run, unasked=unasked))
    except CrmError as error:
        end_with_problem("undo", error)
    sys.exit(0 if print_undone(result) else EXIT_PROBLEM)
