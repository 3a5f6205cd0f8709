"""The rows of one module, read by searches: all of them, what changed, and what vanished.

Ivinex tells no total. Pages overlap by one record: where one does not begin with the last record of the page before,
records came or went between them, and they are read again. What vanished shows in the rank of the last record.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter
from crm_mcp.ivinex.replica.modules import Module
from crm_mcp.ivinex.search.pages import read_pages_ahead
from crm_mcp.replica.database import keep_fact, read_fact
from crm_mcp.replica.freshness import Pass, keep_pass, read_passes
from crm_mcp.store.transaction import Transaction

OVERLAP_S = 600.0
"""How far before the newest change seen changes are asked for: clocks differ, and a change may show late."""
_STEP = PAGE_LIMIT - 1
_ATTEMPTS = 3
_MOST_VANISHED = 3
"""More are not looked for one by one."""
_NO_END = 1_000_000
_T = TypeVar("_T")


@dataclass(frozen=True)
class ModuleRows:
    """Brings the rows of one module up to date."""

    module: Module

    async def read_pass(self) -> Pass:
        """Return what is known of its rows."""
        return await self._run(lambda transaction: read_passes(transaction, self._table).get("", Pass("")))

    async def sample(self) -> None:
        """Learn the fields of the module; the records that were read for that are the first page of all."""
        page, sent_at = await self.module.sample()

        def take(transaction: Transaction) -> None:
            if read_passes(transaction, self._table):
                return
            if len(page) < PAGE_LIMIT:
                self._complete(transaction, Pass("", begun_at=sent_at), [page])
                return
            keep_pass(transaction, self._table, Pass("", begun_at=sent_at, next_page=1))
            keep_fact(transaction, self._last_id_fact, [page[-1]["id"]], sent_at)

        await self._run(take)

    async def read_whole(self, *, again: bool = False) -> None:
        """Read all records, from where an interrupted pass ended.

        Raises:
            UnexpectedAnswerError: They moved between pages each time.
        """
        known = await self.read_pass()
        if again or known.is_complete:
            known = replace(known, next_page=0)
        for _ in range(_ATTEMPTS):
            if await self._read_once(known):
                return
            known = replace(known, next_page=0)
        raise UnexpectedAnswerError(
            f"Records of {self.module.name} came and went while the pages were read.", hint="Ask again in a moment."
        )

    async def _read_once(self, known: Pass) -> bool:
        """Read all records once; return whether the pages fitted together."""
        if not known.next_page:
            known = replace(known, begun_at=self._now())
            await self._run(lambda transaction: keep_pass(transaction, self._table, known))
        before = await self._run(lambda transaction: read_fact(transaction, self._last_id_fact)[0])
        progress = _Progress(known.next_page, before or [] if known.next_page else [])
        read_page = functools.partial(self._read_page_of_pass, known, progress)
        at_once = self.module.portal.settings.pages_at_once
        pages = await read_pages_ahead(read_page, at_once=at_once, most=_NO_END, first=known.next_page)
        if not _fit_together(progress.first_before, pages):
            return False
        await self._run(lambda transaction: self._complete(transaction, known, pages))
        return True

    async def _read_page_of_pass(self, known: Pass, progress: _Progress, number: int) -> list[Record]:
        sent_at = self._now()
        page = await self._search(_STEP * number, PAGE_LIMIT)

        def write(transaction: Transaction) -> None:
            self.module.write(transaction, page, sent_at)
            if progress.add(number, page):
                keep_pass(transaction, self._table, replace(known, next_page=progress.next_page))
                keep_fact(transaction, self._last_id_fact, progress.last_ids, sent_at)

        await self._run(write)
        return page

    def _complete(self, transaction: Transaction, known: Pass, pages: Sequence[Sequence[Record]]) -> None:
        """Count a pass as complete, and delete what it did not see; `pages` are those read since `known`."""
        before = "seen_ < ?" if known.next_page else "seen_ <= ?"  # some were read before it was interrupted
        held = transaction.execute(f"select id from {self._table} where {before}", (known.begun_at,))
        seen = {record["id"] for page in pages for record in page}
        self.module.remove(transaction, [one for (one,) in held if one not in seen], known.begun_at)
        self._keep_up_to_date(transaction, replace(known, next_page=0, is_complete=True), known.begun_at)

    def _keep_up_to_date(self, transaction: Transaction, known: Pass, begun_at: float) -> None:
        """Note that all rows are as they were at a time, and since when changes are asked for next."""
        newest = self._newest(transaction)
        mark = 0.0 if newest is None else max(known.mark, newest - (self._now() - begun_at))
        keep_pass(transaction, self._table, replace(known, rows_as_of=begun_at, mark=mark))

    def _newest(self, transaction: Transaction) -> float | None:
        """Return the last change of any record, but no time to come, as the portal's clock counts seconds."""
        ((undated, latest),) = transaction.execute(
            f"select sum(modified_date is null), max(modified_date) from {self._table}"
        )
        if undated or latest is None:
            return None
        seconds = _seconds(latest)
        return None if seconds is None else min(seconds, _seconds(self.module.replica.local_time()) or seconds)

    async def refresh(self) -> None:
        """Read what changed and find what vanished since all was last read; all where that cannot be told."""
        known, begun_at = await self.read_pass(), self._now()
        if not known.is_complete or not known.mark or not await self._read_changes(known):
            await self.read_whole()
            return
        if await self._find_vanished():
            await self._run(lambda transaction: self._keep_up_to_date(transaction, known, begun_at))
        else:
            await self.read_whole(again=True)

    async def _read_changes(self, known: Pass) -> bool:
        """Read records that changed since the mark; return whether their pages fitted together."""
        since: RecordFilter = {
            "field": "modified_date",
            "operand": "GreaterThanEqual",
            "value": datetime.fromtimestamp(known.mark - OVERLAP_S, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        }

        async def read_page(number: int) -> list[Record]:
            sent_at = self._now()
            page = await self._search(_STEP * number, PAGE_LIMIT, [since])
            await self._run(lambda transaction: self.module.write(transaction, page, sent_at))
            return page

        at_once = self.module.portal.settings.pages_at_once
        return _fit_together([], await read_pages_ahead(read_page, at_once=at_once, most=_NO_END))

    async def _find_vanished(self) -> bool:
        """Delete the few records that vanished; return whether the ranks of all others are as they were."""
        for _ in range(_MOST_VANISHED):
            ids = await self._run(self._ids_by_rank)
            if not all(map(_is_rankable, ids)):
                return False
            if await self._show_rank(len(ids) - 1, ids):
                return True
            if len(ids) // _STEP <= len(ids).bit_length() or not await self._delete_first_missing(ids):
                return False
        return False

    async def _show_rank(self, rank: int, ids: Sequence[str]) -> bool:
        """Ask which record has a rank, and the one behind it; return whether it is the one that is held."""
        sent_at = self._now()
        found = await self._search(max(rank, 0), 2)
        is_held = found[0]["id"] == ids[rank] if found and ids else not found and not ids
        if is_held and found[1:]:
            await self._run(lambda transaction: self.module.write(transaction, found[1:], sent_at))
            return await self._show_rank(rank + 1, [*ids, found[1]["id"]])
        return is_held

    async def _delete_first_missing(self, ids: Sequence[str]) -> bool:
        """Find by halving the first rank that another record has; return whether the one that had it is gone."""
        low, high, sent_at = 0, len(ids) - 1, self._now()
        beyond: list[Record] = []
        while low < high:
            middle = (low + high) // 2
            found = await self._search(middle, 1)
            if found and found[0]["id"] == ids[middle]:
                low = middle + 1
            else:
                high, beyond = middle, found
        if beyond and _rank_key(beyond[0]["id"]) < _rank_key(ids[low]):
            return False
        await self._run(lambda transaction: self.module.remove(transaction, [ids[low]], sent_at))
        return True

    def _ids_by_rank(self, transaction: Transaction) -> list[str]:
        return [one for (one,) in transaction.execute(f"select id from {self._table} order by length(id), id")]

    async def _search(self, offset: int, limit: int, filters: Sequence[RecordFilter] = ()) -> list[Record]:
        return await self.module.portal.client.search_records(
            self.module.module_id, filters=filters, limit=limit, offset=offset or None, option_labels=True
        )

    @property
    def _last_id_fact(self) -> str:
        """Holds the last id of the last page that an unfinished pass read without a gap."""
        return f"last id of {self._table}"

    @property
    def _table(self) -> str:
        return self.module.table_name

    async def _run(self, work: Callable[[Transaction], _T]) -> _T:
        return await self.module.replica.run(work)

    def _now(self) -> float:
        return self.module.replica.clock()


class _Progress:
    """How far the pages of a pass were read without a gap."""

    def __init__(self, next_page: int, last_ids: Sequence[str]) -> None:
        self.next_page = next_page
        self.first_before = self.last_ids = list(last_ids)
        self._ahead: dict[int, list[Record]] = {}

    def add(self, number: int, page: list[Record]) -> bool:
        """Count a page; return whether that moved `next_page`."""
        self._ahead[number] = page
        before = self.next_page
        while (done := self._ahead.pop(self.next_page, None)) is not None and len(done) == PAGE_LIMIT:
            self.next_page += 1
            self.last_ids = [done[-1]["id"]]
        return self.next_page > before


def _fit_together(last_ids: Sequence[str], pages: Sequence[Sequence[Record]]) -> bool:
    """Tell whether each page begins with the last record of the one before, and none follows one that is not full."""
    for number, page in enumerate(pages):
        if last_ids and [record["id"] for record in page[:1]] != list(last_ids):
            return False
        last_ids = [record["id"] for record in page[-1:]]
        if len(page) < PAGE_LIMIT:
            return not any(pages[number + 1 :])
    return False


def _is_rankable(record_id: str) -> bool:
    return record_id.isascii() and record_id.isdigit() and record_id[0] != "0"


def _rank_key(record_id: str) -> tuple[int, str]:
    return len(record_id), record_id


def _seconds(text: str) -> float | None:
    """Return what a clock showed as seconds, whatever its zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
