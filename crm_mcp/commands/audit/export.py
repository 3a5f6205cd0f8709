"""`crm-mcp audit --export`: what was written, as a file for whoever has to account for it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crm_mcp.errors import CrmError, StoreError
from crm_mcp.languages import Texts
from crm_mcp.rendering.export_formats import BYTE_ORDER_MARK, iter_csv_table
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.undo.audit_entries import changes_of
from crm_mcp.store.audit.pages import AuditRow, Place, read_page
from crm_mcp.store.engine import MEMORY

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

_texts = Texts(__file__)

COLUMNS = (
    *("at", "write_id", "call", "tool", "kind", "crm", "account", "account_id", "who", "record_id", "outcome"),
    *("asked", "undoes", "undone_by"),
)
"""What each entry has, in this order; a later version adds none in between."""
VALUE_COLUMNS = ("name", "changes", "message")
"""What it has too where values are wanted: they are the CRM's data."""
STDOUT = "-"

Entry = dict[str, Any]


class ExportError(CrmError):
    """The file cannot be written; what was there before is unchanged."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported.

    Attributes:
        file: Where to; `-` is standard output.
        form: `jsonl` or `csv`.
        since: Calls that began before are left out, in seconds since 1970.
        until: Those that began later too.
        with_values: Whether what was written, and what was there before, goes along.
        all_logins: Whether that of all logins in the store is exported, connected here or not.
    """

    file: str
    form: str
    since: float
    until: float
    with_values: bool
    all_logins: bool

    @property
    def columns(self) -> Sequence[str]:
        """The columns, in their order."""
        return (*COLUMNS, *VALUE_COLUMNS) if self.with_values else COLUMNS


async def export_written(store: Store, connectors: Sequence[Connector], export: Export) -> int:
    """Write the file, whole or not at all; return how many entries it has.

    Raises:
        CrmError: What was written is not kept or cannot be read, or the file cannot be written.
    """
    if store.where == MEMORY:
        raise StoreError(
            _texts.later("CRM_MCP_STORE is memory: nothing is kept of what was written."),
            hint=_texts.later("Set it to the store of the service."),
        )
    count = 0
    try:
        with _whole_file(export.file) as file:
            if export.form == "csv":
                file.writelines(iter_csv_table(export.columns, (), mark="" if export.file == "-" else BYTE_ORDER_MARK))
            async for entries in _pages(store, connectors, export):
                file.writelines(_lines(entries, export))
                count += len(entries)
    except OSError as error:
        raise ExportError(
            _texts.later("{file} cannot be written: {why}.", file=export.file, why=error.strerror or error)
        ) from None
    finally:
        await store.close()
    return count


async def _pages(store: Store, connectors: Sequence[Connector], export: Export) -> AsyncIterator[list[Entry]]:
    names = {connector.account.account_id: connector.account.name for connector in connectors}
    accounts = None if export.all_logins else list(names)
    until = min(export.until, await store.run(lambda transaction: transaction.now()))
    if store.problem:
        raise StoreError(store.problem)
    after: Place | None = Place(export.since)
    while after is not None:
        begin = after
        rows, after = await store.run(
            lambda transaction, begin=begin: read_page(
                transaction, accounts, begin, until, with_values=export.with_values
            )
        )
        yield [_entry(row, names, with_values=export.with_values) for row in rows]


def _entry(row: AuditRow, names: Mapping[str, str], *, with_values: bool) -> Entry:
    at = datetime.fromtimestamp(row.at, UTC).isoformat(timespec="milliseconds")
    crm = row.account.partition("-")[0]
    values = (
        *(at, row.write_id, row.call, row.tool, row.noun, crm, names.get(row.account, ""), row.account),
        *(remove_hidden(row.who), row.record_id, row.outcome, row.asked, row.undoes, row.undone_by),
    )
    entry: Entry = dict(zip(COLUMNS, values, strict=True))
    if with_values:
        entry["name"] = row.change.get("name") or ""
        entry["changes"] = changes_of(row.change)
        entry["message"] = row.result["message"] if row.result and "message" in row.result else ""
    return entry


def _lines(entries: Sequence[Entry], export: Export) -> list[str]:
    if export.form == "csv":
        _, *pieces = iter_csv_table(export.columns, ([entry[name] for name in export.columns] for entry in entries))
        return pieces
    return [json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for entry in entries]


@contextlib.contextmanager
def _whole_file(name: str) -> Generator[IO[str]]:
    """Yield what is written; it takes the name once it is whole, and is for its owner alone."""
    if name == STDOUT:
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(name)
    if path.exists() and not path.is_file():  # a pipe or a device: it stays what it is
        with path.open("w", encoding="utf-8", newline="") as written:
            yield written
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w", encoding="utf-8", newline="") as written:  # noqa: PTH123  # it takes the descriptor
            yield written
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
