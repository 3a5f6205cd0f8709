"""What of the CRMs is kept on disk, for `crm-mcp replica status`, `crm-mcp replica rm` and `crm-mcp doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_mcp.errors import CrmError
from crm_mcp.replica.catalogue import FRESHNESS_COLUMNS, freshness_of
from crm_mcp.replica.database import UNUSED_DAYS, find_replica_folder, size_of_file

if TYPE_CHECKING:
    from crm_mcp.replica.source import Source
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool


async def read_status(pool: ConnectionPool, store: Store, sources: Sequence[Source]) -> dict[str, Any]:
    """Return what is held of each account, and where."""
    folder = find_replica_folder(store.where)
    try:
        async with pool.open():
            accounts = [await _status_of(source, folder) for source in sources]
    finally:
        for source in sources:
            await source.replica.close()
        await store.close()
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
        lines.append(
            f"{account['crm']}: {_size(account['bytes'])} in {account['path'] or 'the memory of each process'}"
        )
        lines += [f"  {account['problem']}"] if "problem" in account else []
        lines += [
            f"  {one['table']:<24}{one['rows']:>8} rows, {'all' if one['complete'] else 'not all'}"
            f"{', as of ' + one['as_of'] if one['as_of'] else ''}"
            for one in account["tables"]
        ]
    lines += [f"of another login: {_size(one['bytes'])} in {one['path']}" for one in status["other_logins"]]
    return "\n".join([*lines, "", *_describe_keeping(status, settings)])


def _describe_keeping(status: Mapping[str, Any], settings: ServerSettings) -> list[str]:
    if status["folder"] is None:
        return ["CRM_MCP_STORE is memory: nothing outlives a process."]
    kept = [f"Written: audit, plans and keys are kept {settings.audit_days} days in the store."]
    if not status["keeps_on_disk"]:
        left = any(one["bytes"] for one in [*status["accounts"], *status["other_logins"]])
        was = " What stands above was read before: crm-mcp replica rm --all deletes it." if left else ""
        return [f"Read: CRM_MCP_REPLICA is off, so nothing that is read is kept on disk.{was}", *kept]
    return [
        f"Read: kept until it was not used for {status['unused_days']} days. crm-mcp replica rm deletes it.",
        "crm-mcp replica rm --all deletes that of other logins too; CRM_MCP_REPLICA=off keeps none of it on disk.",
        *kept,
        "CRM_MCP_STORE=memory keeps nothing at all.",
    ]


def list_files(folder: Path | None) -> list[Path]:
    """Return the files of all replicas in a folder."""
    return [] if folder is None else sorted(folder.glob("replica-*.sqlite"))


def describe_for_doctor(store: Store) -> str:
    """Return a line on what is kept of what is read."""
    folder = find_replica_folder(store.where)
    size = _size(sum(map(size_of_file, list_files(folder))))
    if folder is None:
        return "in memory; nothing that is read is kept on disk"
    if not store.keeps_reads:
        left = f"; {size} from before are left in {folder}: crm-mcp replica rm --all" if list_files(folder) else ""
        return f"off; nothing that is read is kept on disk{left}"
    return (
        f"what is read is kept in {folder} ({size}) until unused for {UNUSED_DAYS} days; crm-mcp replica rm deletes it"
    )


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1_000:.0f} kB"
