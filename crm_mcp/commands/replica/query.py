"""`crm-mcp query`: one statement over the replica, for people and scripts."""

from __future__ import annotations

import json
import math
import shutil
import sys
from typing import TYPE_CHECKING

import click

from crm_mcp.crm.call import answering
from crm_mcp.languages import Texts, current, said
from crm_mcp.languages.writing import write_day
from crm_mcp.mcp.query.queries import Queries
from crm_mcp.rendering.export_formats import iter_csv_table
from crm_mcp.rendering.text_table import write_text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.replica.query import Answer
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)


class TerminalReporter:
    """Tells on stderr what is waited for, where a person sees it."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Print what is waited for."""
        del progress, total
        if message and sys.stderr.isatty():
            click.echo(said(message), err=True)


async def answer(
    pool: ConnectionPool, store: Store, connectors: Sequence[Connector], sql: str, *, is_fresh: bool
) -> Answer:
    """Answer a statement once all that it reads was read.

    Raises:
        QueryError: It cannot be run.
        CrmError: A CRM cannot be asked, and nothing of it is held.
    """
    queries = Queries(connectors)
    try:
        async with pool.open():
            with answering(TerminalReporter()):
                return await queries.engine.query(sql, is_fresh=is_fresh, wait_s=math.inf)
    finally:
        await queries.close()
        await store.close()


def print_answer(found: Answer, form: str) -> None:
    """Print the rows, and on stderr what is to be known of them."""
    if form == "json":
        whole = {
            "columns": list(found.columns),
            "rows": [list(row) for row in found.rows],
            "as_of": found.as_of,
            "exact": found.exact,
            "note": found.note,
        }
        click.echo(json.dumps(whole, ensure_ascii=False).encode())
        return
    if form == "csv":
        click.echo("".join(iter_csv_table(found.columns, found.rows, mark="")).encode(), nl=False)
    else:
        most_columns = shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else 0
        click.echo(write_text_table(found.columns, found.rows, most_columns))
    none = "" if found.rows else _texts.text("No rows.")
    if told := " ".join(filter(None, [none, _age(found), said(found.note)])):
        click.echo(told, err=True)


def _age(found: Answer) -> str:
    if not found.as_of:
        return ""
    time = write_day(found.as_of, current())
    if found.exact:
        return _texts.text("as of {time}, exact.", time=time)
    return _texts.text("as of {time}, NOT exact.", time=time)
