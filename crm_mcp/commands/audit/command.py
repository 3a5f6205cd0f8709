"""The command `audit`: its options, and how it ends."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime

import click

from crm_mcp.commands.connecting import WHICH_ACCOUNT, choose_account, connect
from crm_mcp.commands.ending import end_by_settings, end_with_problem
from crm_mcp.errors import CrmError, SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)


@click.command(epilog="Example: crm-mcp audit --since 7d --export writes.csv --format csv")
@click.option("--since", default="", help="A date, a date-time, or an age such as 7d, 24h or 30m.")
@click.option("--until", default="", help="The same, for the end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, values whole.")
@click.option("--account", default="", help=WHICH_ACCOUNT)
@click.option("--export", "file", default="", help="Write a file instead, whole or not at all; - is standard output.")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="Of the file."
)
@click.option("--with-values", is_flag=True, help="Put into the file what was written and what was there before.")
@click.option("--all-logins", is_flag=True, help="Put into the file what all users of this store wrote.")
def audit(
    *, since: str, until: str, as_json: bool, account: str, file: str, form: str, with_values: bool, all_logins: bool
) -> None:
    """List what was written through this server, the newest last; no CRM is asked.

    A file is for whoever has to account for it: one entry a record, oldest first, by default without the CRM's data.
    """
    if not file and (with_values or all_logins):
        end_by_settings(SettingsError(_texts.later("--with-values and --all-logins are for --export FILE.")))
    try:
        _, _, store, connected = connect(is_local=not all_logins)
        connectors = choose_account(connected, account)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.commands.audit.listing import list_written, parse_since, print_entries

    now = datetime.now().astimezone()
    try:
        begin = parse_since(since, now)
        end = parse_since(until, now) if until else math.inf
        if file:
            from crm_mcp.commands.audit.export import Export, export_written

            export = Export(file, form, begin, end, with_values, all_logins)
            count = asyncio.run(export_written(store, connectors, export))
            text = _texts.ntext("{count} entry was written.", "{count} entries were written.", count, count=count)
            click.echo(text, err=True)
            return
        entries = asyncio.run(list_written(store, connectors, begin, end))
    except CrmError as error:
        end_with_problem("audit", error)
    print_entries(entries, as_json=as_json)
