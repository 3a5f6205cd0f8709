"""`crm-mcp audit`: what was written through this server, as a list for people or as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from crm_mcp.commands.audit.writers import writers_of_all
from crm_mcp.crm.dates import read_moment
from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts
from crm_mcp.safe_writes.undo.audit_entries import AuditEntry, list_entries, render_entries
from crm_mcp.store.audit import calls as audit

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

_texts = Texts(__file__)
_AGE = re.compile(r"(\d{1,5})\s*([dhm])", re.ASCII | re.IGNORECASE)
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_NOT_ASCII_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def parse_since(text: str, now: datetime) -> float:
    """Return the moment that `7d`, `24h`, `30m`, a date or a date-time means, in seconds since 1970; 0 for no text.

    Raises:
        InputError: It is none of these.
    """
    if not text:
        return 0.0
    if age := _AGE.fullmatch(text.strip()):
        return (now - timedelta(**{_UNITS[age[2].lower()]: int(age[1])})).timestamp()
    return read_moment(text).time.timestamp()


async def list_written(
    store: Store, connectors: Sequence[Connector], since: float, until: float = math.inf
) -> list[AuditEntry]:
    """Return what was written to these accounts from one moment to another, the newest last; no CRM is asked.

    Raises:
        StoreError: What was written is not kept, or cannot be read.
    """
    crms = {writer.account.account_id: writer.account.crm for writer in writers_of_all(connectors)}
    try:
        calls = await store.run(lambda transaction: audit.list_calls(transaction, list(crms), since))
        if store.problem:
            raise StoreError(store.problem)
        names = {connector.account.account_id: connector.account.name for connector in connectors}
        calls = [call for call in calls if call.at <= until]
        return list_entries(calls, crms, names if len(set(names.values())) > 1 else None)
    finally:
        await store.close()


def print_entries(entries: Sequence[AuditEntry], *, as_json: bool) -> None:
    """Print what was written, for people or as one JSON document."""
    if as_json:
        text = json.dumps({"writes": entries}, ensure_ascii=False, indent=2)
        click.echo(_NOT_ASCII_CONTROL.sub(lambda char: f"\\u{ord(char[0]):04x}", text))
    else:
        click.echo(render_entries(entries) or _texts.text("Nothing was written."))
