"""What of the CRMs is kept on disk, for `crm-mcp replica status`, `crm-mcp replica rm` and `crm-mcp doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts, current, said
from crm_mcp.languages.writing import write_day, write_number
from crm_mcp.replica.catalogue import FRESHNESS_COLUMNS, freshness_of
from crm_mcp.replica.database import UNUSED_DAYS, find_replica_folder, size_of_file

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.replica.source import Source
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)


async def read_status(pool: ConnectionPool, store: Store, connectors: Sequence[Connector]) -> dict[str, Any]:
    """Return what is held of each account, and where."""
    folder = find_replica_folder(store.where)
    kept = [connector for connector in connectors if connector.has_replica]
    sources = [connector.source() for connector in kept]
    is_one = len({connector.account.name for connector in connectors}) == 1
    try:
        async with pool.open():
            accounts = [await _status_of(source, folder) for source in sources]
    finally:
        for source in sources:
            await source.replica.close()
        await store.close()
    if not is_one:
        accounts = [{"account": one.account.name, **found} for one, found in zip(kept, accounts, strict=True)]
    known = {source.replica.file_name for source in sources}
    others = [path for path in list_files(folder) if path.name not in known]
    return {
        "keeps_on_disk": folder is not None and store.keeps_reads,
        "folder": folder and str(folder),
        "unused_days": UNUSED_DAYS,
        "accounts": accounts,
        "other_logins": [{"path": str(path), "bytes": size_of_file(path)} for path in others],
    }


async def _status_of(source: Source, folder: Path | None) -> dict[str, Any]:
    path = None if folder is None else folder / source.replica.file_name
    found: dict[str, Any] = {
        "crm": source.replica.crm,
        "path": path and str(path),
        "bytes": 0 if path is None else size_of_file(path),
        "tables": [],
    }
    if source.replica.path is None or not await source.replica.exists():
        return found
    try:
        tables = {table.name: table for table in await source.tables()}
        rows = await source.replica.run(lambda transaction: freshness_of(transaction, source, tables))
    except CrmError as error:
        return {**found, "problem": str(error)}
    names = [table.name for table in tables.values() if not table.part_of]
    found["tables"] = [_table(name, row) for name, row in zip(names, rows, strict=True)]
    return found


def _table(name: str, row: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip(FRESHNESS_COLUMNS, row, strict=True))
    return {
        "table": name,
        "rows": values["rows"],
        "complete": bool(values["complete"]),
        "as_of": values["rows_as_of"],
        "oldest": values["oldest"],
    }


def render_status(status: Mapping[str, Any], settings: ServerSettings) -> str:
    """Return the status for people."""
    lines: list[str] = []
    for account in status["accounts"]:
        called = f"{account['account']} {account['crm']}" if "account" in account else account["crm"]
        lines.append(_describe_place(called, account["bytes"], account["path"]))
        lines += [f"  {said(account['problem'])}"] if "problem" in account else []
        lines += map(_describe_table, account["tables"])
    lines += [
        _texts.text("of another login: {size} in {path}", size=_size(one["bytes"]), path=one["path"])
        for one in status["other_logins"]
    ]
    return "\n".join([*lines, "", *_describe_keeping(status, settings)])


def _describe_place(crm: str, size: int, path: str | None) -> str:
    if path is None:
        return _texts.text("{crm}: {size} in the memory of each process", crm=crm, size=_size(size))
    return _texts.text("{crm}: {size} in {path}", crm=crm, size=_size(size), path=path)


def _describe_table(table: Mapping[str, Any]) -> str:
    rows = _texts.text("{rows} rows, not all", rows=f"{table['rows']:>8}")
    if table["complete"]:
        rows = _texts.text("{rows} rows, all", rows=f"{table['rows']:>8}")
    age = _texts.text(", as of {time}", time=write_day(table["as_of"], current())) if table["as_of"] else ""
    return f"  {table['table']:<24}{rows}{age}"


def _describe_keeping(status: Mapping[str, Any], settings: ServerSettings) -> list[str]:
    if status["folder"] is None:
        return [_texts.text("CRM_MCP_STORE is memory: nothing outlives a process.")]
    kept = _texts.text("Written: audit, plans and keys are kept {days} days in the store.", days=settings.audit_days)
    if not status["keeps_on_disk"]:
        left = any(one["bytes"] for one in [*status["accounts"], *status["other_logins"]])
        off = _texts.text("Read: CRM_MCP_REPLICA is off, so nothing that is read is kept on disk.")
        was = _texts.text("What stands above was read before: crm-mcp replica rm --all deletes it.") if left else ""
        return [f"{off} {was}".rstrip(), kept]
    return [
        _texts.text(
            "Read: kept until it was not used for {days} days. crm-mcp replica rm deletes it.",
            days=status["unused_days"],
        ),
        _texts.text(
            "crm-mcp replica rm --all deletes that of other logins too; CRM_MCP_REPLICA=off keeps none of it on disk."
        ),
        kept,
        _texts.text("CRM_MCP_STORE=memory keeps nothing at all."),
    ]


def list_files(folder: Path | None) -> list[Path]:
    """Return the files of all replicas in a folder."""
    return [] if folder is None else sorted(folder.glob("replica-*.sqlite"))


def describe_for_doctor(store: Store) -> str:
    """Return a line on what is kept of what is read, in the language of the person."""
    folder = find_replica_folder(store.where)
    size = _size(sum(map(size_of_file, list_files(folder))))
    if folder is None:
        return _texts.text("in memory; nothing that is read is kept on disk")
    if not store.keeps_reads:
        if not list_files(folder):
            return _texts.text("off; nothing that is read is kept on disk")
        return _texts.text(
            "off; nothing that is read is kept on disk; {size} from before are left in {folder}: "
            "crm-mcp replica rm --all",
            size=size,
            folder=folder,
        )
    return _texts.text(
        "what is read is kept in {folder} ({size}) until unused for {days} days; crm-mcp replica rm deletes it",
        folder=folder,
        size=size,
        days=UNUSED_DAYS,
    )


def _size(size: int) -> str:
    if size < 100_000:
        return f"{size / 1_000:.0f} kB"
    return f"{write_number(round(size / 1_000_000, 1), current())} MB"
