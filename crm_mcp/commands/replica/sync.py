"""`crm-mcp sync`: reads everything into the replicas, in the background lane of the budget, and keeps them fresh."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

import click

from crm_mcp.commands.replica.progress_view import ProgressView
from crm_mcp.crm.call import without_deadline
from crm_mcp.errors import AuthenticationError, CrmError
from crm_mcp.languages import Texts, current, pmark, said
from crm_mcp.languages.writing import write_day
from crm_mcp.replica.catalogue import freshness_of
from crm_mcp.replica.source import Lack, Need, Source
from crm_mcp.store.budget import BACKGROUND
from crm_mcp.store.leases import Leases

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_WATCHED_EVERY_S = 60.0
KINDS = (
    pmark("kind", "projects"),
    pmark("kind", "contacts"),
    pmark("kind", "tasks"),
    pmark("kind", "addresses"),
    pmark("kind", "documents"),
    pmark("kind", "document_items"),
    pmark("kind", "history"),
    pmark("kind", "users"),
    pmark("kind", "statuses"),
)
"""What sources call their rows; an unknown one is said as it is."""


def named_sources(connectors: Sequence[Connector]) -> list[Source]:
    """Return what fills the replicas of these accounts, called by the account too where there are several."""
    sources: list[Source] = []
    is_one = len({connector.account.name for connector in connectors}) == 1
    for connector in connectors:
        if connector.has_replica:
            source = connector.source()
            source.title = source.title if is_one else f"{connector.account.name} {source.title}"
            sources.append(source)
    return sources


async def fill_replicas(
    pool: ConnectionPool, store: Store, sources: Sequence[Source], *, again: bool, is_watching: bool
) -> bool:
    """Read everything of these accounts, and where `is_watching` keep it fresh until cancelled.

    Returns:
        Whether all of it is held.

    Raises:
        CrmError: A CRM cannot be asked; what was read stays.
    """
    try:
        async with pool.open():
            with without_deadline() as call:
                call.requests = BACKGROUND
                if is_watching:
                    await asyncio.gather(*(_watch(store, source, again=again) for source in sources))
                return all([await _fill(store, source, again=again) for source in sources])
    finally:
        for source in sources:
            await source.replica.close()
        await store.close()


async def _fill(store: Store, source: Source, *, again: bool) -> bool:
    async with _only_one(store, source) as is_first:
        await _fill_alone(source, again=again and is_first)
    return await _report(source)


@contextlib.asynccontextmanager
async def _only_one(store: Store, source: Source) -> AsyncGenerator[bool]:
    """Sync an account inside the block, while no other process does; yield whether none did before."""
    leases = Leases(store)
    name = f"sync {source.replica.file_name}"
    if not (is_first := await leases.is_free(name)):
        click.echo(
            _texts.text("{crm}: another sync is at work; this one goes on after it.", crm=source.title), err=True
        )
    async with leases.hold(name, wait_s=math.inf, what="Another sync"):
        yield is_first


async def _fill_alone(source: Source, *, again: bool) -> None:
    with ProgressView(source.title, source.requests_per_minute) as progress:
        await source.fill(again=again, progress=progress)


async def _watch(store: Store, source: Source, *, again: bool) -> None:
    async with _only_one(store, source) as is_first:
        await _fill_alone(source, again=again and is_first)
        await _report(source)
        while True:
            await asyncio.sleep(_WATCHED_EVERY_S)
            try:
                await _freshen(source)
            except AuthenticationError:
                raise
            except CrmError as error:
                click.echo(f"{source.title}: {error.told}", err=True)


async def _freshen(source: Source) -> None:
    """Read what became older than it may be."""
    need = await _whole_need(source)
    await source.refresh(need)
    await source.read(await source.select(await source.everything_unread(need), need))


async def _whole_need(source: Source) -> Need:
    tables = [table.name for table in await source.tables() if not table.part_of]
    return Need(dict.fromkeys(tables, ()), source.replica.clock())


async def _report(source: Source) -> bool:
    """Say what is held and what lacks; return whether nothing does that the account has."""
    tables = {table.name: table for table in await source.tables()}
    rows = await source.replica.run(lambda transaction: freshness_of(transaction, source, tables))
    held = ", ".join(f"{count} {_texts.ptext('kind', str(kind))}" for _, kind, count, *_ in rows)
    time = write_day(source.replica.local_time(), current())
    click.echo(_texts.text("{crm}: {held} are held, as of {time}.", crm=source.title, held=held, time=time))
    need = await _whole_need(source)
    todo = await source.select(await source.everything_unread(need), need)
    lacks = [*await source.lacks(need), *todo.lacks]
    for lack in lacks:
        click.echo(f"{source.title}: {_describe(lack)}", err=True)
    return all(lack.is_refused for lack in lacks)


def _describe(lack: Lack) -> str:
    what = said(lack.what)
    if not lack.requests:
        return f"{what}."
    return _texts.ntext(
        "lacking: {what}, {count} request away", "lacking: {what}, {count} requests away", lack.requests, what=what
    )
