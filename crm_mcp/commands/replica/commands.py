"""The commands `query`, `sync` and `replica`: their options, and how they end."""

from __future__ import annotations

import asyncio
import json
import re
import sys

import click

from crm_mcp.commands.asking import confirm
from crm_mcp.commands.connecting import (
    WHICH_ACCOUNT,
    choose,
    choose_account,
    choose_one_account,
    connect,
    until_stopped,
)
from crm_mcp.commands.ending import (
    EXIT_PROBLEM,
    EXIT_SETTINGS,
    EXIT_STOPPED,
    OneLineGroup,
    end_by_settings,
    end_with_problem,
)
from crm_mcp.errors import CrmError, QueryError, SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_SCHEMA_ADDRESS = re.compile(r"crm://replica/schema(?:/(\w+))?")


@click.command(epilog='Example: crm-mcp query "select count(*) from minicrm_projects"')
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--fresh", is_flag=True, help="Take nothing that was read before.")
@click.option("--account", default="", help=WHICH_ACCOUNT)
def query(sql: str, form: str, *, fresh: bool, account: str) -> None:
    """Answer one SELECT over what was read from the CRMs; - reads it from stdin.

    What it reads is brought up to date first, however long that takes. The time of what it is made of, and what it
    lacks, stand on stderr, or in the JSON. It ends with 0, also where something lacks; with 1 where a CRM cannot be
    asked; with 2 where the statement cannot be run. Tables and columns: crm-mcp replica schema.
    """
    try:
        _, pool, store, connected = connect()
        connectors = choose_one_account(connected, account)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.commands.replica.query import answer, print_answer

    text = sys.stdin.read() if sql == "-" else sql
    try:
        found = asyncio.run(answer(pool, store, connectors, text, is_fresh=fresh))
    except QueryError as error:
        told = _SCHEMA_ADDRESS.sub(
            lambda found: " ".join(filter(None, ["crm-mcp replica schema", found[1]])), error.told
        )
        click.echo(f"crm-mcp query: {told}", err=True)
        sys.exit(EXIT_SETTINGS)
    except CrmError as error:
        end_with_problem("query", error)
    print_answer(found, form)


@click.group(cls=OneLineGroup)
def replica() -> None:
    """What was read from the CRMs and is kept: how old it is, its tables, and how to be rid of it."""


@replica.command(epilog="Example: crm-mcp replica schema minicrm_projects")
@click.argument("table", default="")
@click.option("--account", default="", help=WHICH_ACCOUNT)
def schema(table: str, account: str) -> None:
    """Describe the tables for SQL, or one of them whole."""
    try:
        _, pool, store, connected = connect()
        connectors = choose_one_account(connected, account)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.mcp.query.queries import Queries
    from crm_mcp.replica.schema_text import read_schema

    async def read() -> str:
        queries = Queries(connectors)
        try:
            async with pool.open():
                return await read_schema(queries.sources, table)
        finally:
            await queries.close()
            await store.close()

    try:
        click.echo(asyncio.run(read()))
    except CrmError as error:
        end_with_problem("replica schema", error)


@replica.command(epilog="Example: crm-mcp replica status --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def status(*, as_json: bool) -> None:
    """Say what is held of each account, how old and where it is, how long it stays, and how to be rid of it."""
    try:
        settings, pool, store, connectors = connect()
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.commands.replica import held

    found = asyncio.run(held.read_status(pool, store, connectors))
    click.echo(
        json.dumps(found, ensure_ascii=False, indent=2).encode() if as_json else held.render_status(found, settings)
    )


@replica.command(epilog="Example: crm-mcp replica rm --crm minicrm")
@click.option("--yes", is_flag=True, help="Ask nobody.")
@click.option("--crm", default="", help="One CRM alone, by name.")
@click.option("--all", "of_all", is_flag=True, help="Also what logins read that are not configured any more.")
@click.option("--account", default="", help=WHICH_ACCOUNT)
def rm(*, yes: bool, crm: str, of_all: bool, account: str) -> None:
    """Delete what was read from the CRMs; what was written stays. Nothing changes in a CRM."""
    try:
        _, _, store, connectors = connect()
        chosen = choose(choose_account(connectors, account), crm)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.commands.replica import held
    from crm_mcp.mcp.query.queries import Queries
    from crm_mcp.replica.database import find_replica_folder, remove_file

    own = {source.replica.file_name for source in Queries(chosen).sources}
    files = [one for one in held.list_files(find_replica_folder(store.where)) if of_all or one.name in own]
    if not files:
        click.echo(_texts.text("Nothing that was read is kept on disk."))
        return
    if not yes:
        question = "\n".join([*map(str, files), _texts.text("Delete what was read?")])
        if not confirm(question):
            end_with_problem(
                "replica rm",
                CrmError(_texts.later("Nothing was deleted."), hint=_texts.later("With --yes nobody is asked.")),
            )
    try:
        for path in files:
            remove_file(path)
            click.echo(_texts.text("deleted {path}", path=path))
    except CrmError as error:
        end_with_problem("replica rm", error)


@click.command(epilog="Example: crm-mcp sync --crm minicrm --watch")
@click.option("--full", is_flag=True, help="Read again what is held, too.")
@click.option("--watch", is_flag=True, help="Keep it fresh until it is stopped.")
@click.option("--crm", default="", help="One CRM alone, by name.")
@click.option("--account", default="", help=WHICH_ACCOUNT)
def sync(*, full: bool, watch: bool, crm: str, account: str) -> None:
    """Read everything that is not held, or changed, within the CRMs' limits; it goes on where it was stopped.

    It ends with 0 where all is held, with 1 where something lacks or a CRM cannot be asked.
    """
    try:
        _, pool, store, connectors = connect()
        chosen = choose(choose_account(connectors, account), crm)
    except SettingsError as error:
        end_by_settings(error)
    from crm_mcp.commands.replica.sync import fill_replicas, named_sources

    sources = named_sources(chosen)
    work = fill_replicas(pool, store, sources, again=full, is_watching=watch)
    try:
        is_whole = asyncio.run(until_stopped(work))
    except (asyncio.CancelledError, KeyboardInterrupt):
        click.echo(_texts.text("Stopped. What was read stays; the next sync goes on."), err=True)
        sys.exit(0 if watch else EXIT_STOPPED)
    except CrmError as error:
        end_with_problem("sync", error)
    sys.exit(0 if is_whole else EXIT_PROBLEM)
