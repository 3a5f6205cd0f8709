"""`crm-mcp undo`: one write taken back, asked about on the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from crm_mcp.commands.asking import confirm
from crm_mcp.commands.audit.writers import writers_of_all
from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import NotConfirmedError
from crm_mcp.languages import Texts
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.taking_back import NEEDLESS
from crm_mcp.safe_writes.undo.recorded_messages import tell_again
from crm_mcp.safe_writes.undo.undo_calls import Undo

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.safe_writes.call import Asking
    from crm_mcp.safe_writes.writing.results import WriteResult
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
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
    writers = writers_of_all(connectors)
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
