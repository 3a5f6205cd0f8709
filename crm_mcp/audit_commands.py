"""The commands `crm-mcp audit` and `crm-mcp undo`: what was written through this server, and taking one write back."""

from __future__ import annotations

import asyncio
import json
import math
import re
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from crm_mcp.commands.asking import confirm
from crm_mcp.crm.dates import read_moment
from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import NotConfirmedError, StoreError
from crm_mcp.languages import Texts
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.taking_back import NEEDLESS
from crm_mcp.safe_writes.undo.audit_entries import AuditEntry, list_entries, render_entries
from crm_mcp.safe_writes.undo.recorded_messages import tell_again
from crm_mcp.safe_writes.undo.undo_calls import Undo
from crm_mcp.safe_writes.undo.undo_tool import writers_of
from crm_mcp.store.audit import calls as audit
from crm_mcp.toolsets import DEFAULT

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.safe_writes.call import Asking
    from crm_mcp.safe_writes.gate import SafeWriter
    from crm_mcp.safe_writes.writing.results import WriteResult
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_AGE = re.compile(r"(\d{1,5})\s*([dhm])", re.ASCII | re.IGNORECASE)
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_NOT_ASCII_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WHO = "crm-mcp undo"
_WHOLE_S = 24 * 3600.0
"""A command waits for the end of what it writes: nothing goes on behind it."""


class TerminalConfirmation:
    """Asks the person at the terminal; where `unasked`, nobody is asked."""

    def __init__(self, *, unasked: bool) -> None:
        self._unasked = unasked

    @property
    def asking(self) -> Asking:
        """What becomes of a write that needs a confirmation."""
        return "unasked" if self._unasked else "asked"

    async def require_confirmation(self, question: str) -> None:
        """Return once the person said yes.

        Raises:
            NotConfirmedError: They did not, or there is no terminal.
        """
        if self._unasked:
            return
        if not sys.stdin.isatty():
            raise NotConfirmedError(
                _texts.later(
                    "A person was asked about this write, and is about its undo, but there is no terminal to ask on. "
                    "Nothing was written."
                ),
                hint=_texts.later("Run it in a terminal, or with --yes."),
            )
        if not await asyncio.to_thread(confirm, _line(question)):
            raise NotConfirmedError(_texts.later("Nothing was written."))

    async def report_progress(self, done: int, total: int) -> None:
        """Say how many records are done, on stderr."""
        click.echo(_texts.text("{done} of {total}", done=done, total=total), err=True)


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
    crms = {writer.account.account_id: writer.account.crm for writer in _writers(connectors)}
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


async def take_back(
    pool: ConnectionPool,
    store: Store,
    connectors: Sequence[Connector],
    write_id: str,
    *,
    dry_run: bool,
    unasked: bool,
) -> WriteResult:
    """Take back a write, or show what would be put back.

    Raises:
        CrmError: There is no such write, nobody confirmed, or a CRM refused.
    """
    writers = _writers(connectors)
    for writer in writers:
        writer.call_budget_s = _WHOLE_S
    confirmation = TerminalConfirmation(unasked=unasked)
    undo = Undo(writers)
    try:
        async with pool.open():
            writer, found = await undo.find(write_id)
            asking = confirmation.asking
            return await undo.perform(writer, found, confirmation, asking, who=_WHO, dry_run=dry_run)
    finally:
        await store.close()


def print_undone(result: WriteResult) -> bool:
    """Print what was taken back and what was not, a line a record; tell whether all was."""
    lines = [_change_line(change) for change in result.get("changes", [])]
    items: list[Any] = result.get("items", [])
    for item in items:
        message = item.get("message", "")
        lines.append("  ".join(filter(None, [_state(item), item.get("id", ""), tell_again(_line(message))])))
    rest: Any = result
    lines += [tell_again(_line(one)) for one in rest.get("warnings", [])]
    lines += [tell_again(_line(rest[name])) for name in ("message", "next_step") if name in rest]
    lines += [_texts.text("This undo is {write_id}.", write_id=rest["write_id"])] if "write_id" in rest else []
    click.echo("\n".join(lines))
    return all(item["ok"] for item in items)


def _state(item: Any) -> str:  # noqa: ANN401  # JSON
    if not item["ok"]:
        return _texts.text("left")
    return _texts.text("nothing to undo") if item.get("message", "").endswith(NEEDLESS) else _texts.text("taken back")


def _change_line(change: Any) -> str:  # noqa: ANN401  # JSON
    values = f"{_line(str(change.get('before')))} -> {_line(str(change.get('after')))}"
    return f"{change.get('id', '')}  {change['field']}: {values}"


def _line(text: str) -> str:
    return quote_text(remove_hidden(text))


def _writers(connectors: Sequence[Connector]) -> list[SafeWriter]:
    tools: list[CrmTool] = [
        tool for connector in connectors for tool in connector.tools((DEFAULT, *connector.further_toolsets))
    ]
    return writers_of(tools)
