"""The rows of one table, read by searches: all of a part, what changed, and what vanished.

A search tells no date of a row, so changes are asked for since the moment at which the last pass began, by the CRM's
clock, less some minutes. Pages drift while records come and go: a pass counts as complete only where as many rows
were found as the CRM counts.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.paging import Page
from crm_mcp.errors import BadRequestError, UnexpectedAnswerError
from crm_mcp.minicrm.models import PAGE_RULES, PAGE_SIZE
from crm_mcp.minicrm.replica.columns import KINDS
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import ROWS_AGE_S, SWEEP_AGE_S, Pass, keep_pass, read_passes
from crm_mcp.replica.source import Need
from crm_mcp.store.transaction import Transaction

Row = Mapping[str, Any]
Criteria = Mapping[str, object]
Write = Callable[[Transaction, Sequence[Row], float, bool, str], None]
"""Writes rows that a request sent at a time brought; also whether their cards may have changed, and their part."""

_ATTEMPTS = 3
_WORTH_A_SEARCH = 2
_CLOSELY = timedelta(minutes=1)
"""How much longer ago than a card was read it may have changed by another clock of the CRM's."""
_PAGES_AT_ONCE = 6


@dataclass(frozen=True)
class _Shelf:
    """Rows that one search finds: of a part those in use, or those in the trash."""

    part: str
    criteria: Criteria
    where: str
    write: Write


@dataclass
class Searches:
    """How the rows of one table are searched for.

    Attributes:
        table: The table.
        search: Reads one page.
        whole: The criteria that all rows of a part fulfil.
        write: Writes rows that are not in the trash; those of a whole part, or of any.
        write_trash: Writes rows of the trash; None where there is none.
        remove: Deletes what is gone.
        since: Returns a time of the CRM's clock as a search takes it.
        crm_time: Returns what the CRM's clock showed at a time of this machine's.
    """

    replica: Replica
    table: str
    search: Callable[[Criteria, int], Awaitable[Page[Any]]]
    whole: Callable[[str], Criteria]
    write: Write
    write_trash: Write | None
    remove: Callable[[Transaction, Sequence[int], float], None]
    since: Callable[..., str]
    crm_time: Callable[[float], float]
    trash_by_part: bool = False
    """Whether the CRM searches the trash of one part alone (observed)."""

    def title(self, part: str = "") -> str:
        """Return what these rows are, for people; `part` is a part's name."""
        return f"{KINDS[self.table]} of {part}" if part else KINDS[self.table]

    async def is_refused(self) -> bool:
        """Tell whether the account is known to have no such rows, so that nothing is asked."""
        return False

    async def refresh(self, parts: Sequence[str], need: Need) -> None:
        """Bring parts up to date: what changed where all is held, else all of them; now and then what vanished."""
        passes = await self.passes()
        now = self.replica.clock()
        not_before = need.begun_at if need.is_fresh else need.begun_at - ROWS_AGE_S
        old = {part for part in parts if part not in passes or (passes[part].rows_as_of or 0) < not_before}
        done = [passes[part] for part in parts if part in passes and passes[part].is_complete]
        if any(one.part in old for one in done):
            await self.read_changes()
        for one in done:
            if one.swept_at < now - SWEEP_AGE_S:
                await self.sweep(one.part)
        for part in parts:
            if part not in passes or not (passes[part].is_complete or (passes[part].note and part not in old)):
                await self.read_whole(part)

    async def read_whole(self, part: str, *, again: bool = False) -> None:
        """Read all rows of a part, from where an interrupted pass ended."""
        known = (await self.passes()).get(part, Pass(part))
        if again:
            known = Pass(part, rows_as_of=known.rows_as_of)
        for _ in range(_ATTEMPTS):
            known = await self._read_once(known)
            if known.is_complete:
                return
            known = replace(known, next_page=0)

    async def _read_once(self, known: Pass) -> Pass:
        begun_at = self.replica.clock()
        if not known.next_page or not known.begun_at:
            known = replace(known, begun_at=begun_at, next_page=0, is_complete=False, mark=0.0)
        criteria = self.whole(known.part)
        page = await self._read_page(criteria, known, known.next_page)
        if not known.mark:
            known = replace(known, mark=self.crm_time(begun_at))
        known = await self._advance(known, known.next_page + 1, page)
        while PAGE_RULES.is_full(page) and known.next_page * PAGE_SIZE != page.total:
            left = max(1, PAGE_RULES.count_pages(page.total or 0) - known.next_page)
            numbers = range(known.next_page, known.next_page + min(left, _PAGES_AT_ONCE))
            pages = await map_bounded(numbers, functools.partial(self._read_page, criteria, known))
            page = next((one for one in pages if not PAGE_RULES.is_full(one)), pages[-1])
            known = await self._advance(known, numbers[-1] + 1, page)
        if self.write_trash is not None:
            await self._read_pages({**criteria, "Deleted": 1}, self.write_trash, known.part)
        return await self.replica.run(lambda transaction: self._complete(transaction, known, page.total))

    async def _read_page(self, criteria: Criteria, known: Pass, number: int) -> Page[Any]:
        sent_at = self.replica.clock()
        page = await self.search(criteria, number)
        await self.replica.run(lambda transaction: self.write(transaction, page.items, sent_at, True, known.part))
        return page

    async def _advance(self, known: Pass, next_page: int, page: Page[Any]) -> Pass:
        return await self._keep(replace(known, next_page=next_page, total=page.total or 0))

    async def _keep(self, known: Pass) -> Pass:
        await self.replica.run(lambda transaction: keep_pass(transaction, self.table, known))
        return known

    def _complete(self, transaction: Transaction, known: Pass, total: int | None) -> Pass:
        """Compare what was found with the CRM's count, and delete what was not found where they agree."""
        live = "part_ = ? and deleted = 0" if self.write_trash is not None else "part_ = ?"
        ((found,),) = transaction.execute(
            f"select count(*) from {self.table} where {live} and seen_ >= ?",
            (known.part, known.begun_at),
        )
        is_complete = total is None or found == total
        note = "" if is_complete else f"MiniCRM counts {total} but sent {found}"
        if is_complete:
            gone = transaction.execute(
                f"select id from {self.table} where part_ = ? and seen_ < ?",
                (known.part, known.begun_at),
            )
            self.remove(transaction, [one for (one,) in gone], known.begun_at)
        now = known.begun_at
        known = replace(
            known, next_page=0, is_complete=is_complete, rows_as_of=now, swept_at=self.replica.clock(), note=note
        )
        keep_pass(transaction, self.table, known)
        return known

    async def read_changes(self) -> None:
        """Read what changed since the last pass, in all parts that are complete."""
        passes = [one for one in (await self.passes()).values() if one.is_complete]
        sent_at = self.replica.clock()
        criteria = {"UpdatedSince": self.since(min(one.mark for one in passes))}
        await self._read_pages(criteria, self.write)
        if self.write_trash is not None:
            await self._read_changed_trash(criteria, self.write_trash, [one.part for one in passes])
        mark = self.crm_time(sent_at)
        done = [replace(one, rows_as_of=sent_at, mark=max(mark, one.mark)) for one in passes]

        def keep(transaction: Transaction) -> None:
            for one in done:
                keep_pass(transaction, self.table, one)

        await self.replica.run(keep)

    async def _read_changed_trash(self, criteria: Criteria, write: Write, parts: Sequence[str]) -> None:
        trash = {**criteria, "Deleted": 1}
        if not self.trash_by_part:
            try:
                await self._read_pages(trash, write)
            except BadRequestError:
                self.trash_by_part = True
        if self.trash_by_part:
            for part in parts:
                await self._read_pages({**self.whole(part), **trash}, write, part)

    async def _read_pages(self, criteria: Criteria, write: Write, part: str = "") -> None:
        """Read a search to its end, again where a row was passed over; what changes meanwhile comes next time.

        Raises:
            UnexpectedAnswerError: The CRM counts other rows than it sends.
        """
        ids: set[str] = set()
        total: int | None = None
        for _ in range(_ATTEMPTS):
            ids, number = set[str](), 0
            while True:
                sent_at = self.replica.clock()
                page = await self.search(criteria, number)
                unmoved = await self._find_unmoved(criteria, page)
                await self.replica.run(functools.partial(_write, write, page.items, unmoved, sent_at, part))
                ids |= {row["id"] for row in page.items}
                number, total = number + 1, page.total
                if not PAGE_RULES.is_full(page) or number * PAGE_SIZE == total:
                    break
            if total is None or total == len(ids):
                return
        raise UnexpectedAnswerError(f"MiniCRM counts {total} changed rows but sent {len(ids)}.", hint="Call again.")

    async def _find_unmoved(self, criteria: Criteria, page: Page[Any]) -> Collection[str]:
        """Return the rows of a page whose cards were read since they changed, by one search.

        The search for changes goes back some minutes more than it had to, so that it shows again what was read already.
        """
        ids = [int(row["id"]) for row in page.items]
        sql = f"select id, read_ from {self.table} where read_ >= changed_ and id in ({', '.join('?' * len(ids))})"
        known = dict(await self.replica.run(lambda transaction: transaction.execute(sql, ids)))
        if len(known) < _WORTH_A_SEARCH or PAGE_RULES.is_full(page):
            return ()
        since = self.since(self.crm_time(min(known.values())), _CLOSELY)
        moved = await self.search({**criteria, "UpdatedSince": since}, 0)
        return () if PAGE_RULES.is_full(moved) else {str(one) for one in known} - {row["id"] for row in moved.items}

    async def sweep(self, part: str) -> None:
        """Look for rows of a part that vanished, or never came, by the CRM's count."""
        known = (await self.passes())[part]
        begun_at = self.replica.clock()
        for shelf in self._shelves(part):
            if not await self._sweep(shelf):
                await self.read_whole(part, again=True)
                return
        await self._keep(replace(known, swept_at=begun_at))

    def _shelves(self, part: str) -> Sequence[_Shelf]:
        """Return what is searched for apart: the rows of a part, and its trash."""
        criteria = self.whole(part)
        if self.write_trash is None:
            return [_Shelf(part, criteria, "part_ = ?", self.write)]
        return [
            _Shelf(part, criteria, "part_ = ? and deleted = 0", self.write),
            _Shelf(part, {**criteria, "Deleted": 1}, "part_ = ? and deleted = 1", self.write_trash),
        ]

    async def _sweep(self, shelf: _Shelf) -> bool:
        """Make what is held of a shelf equal what the CRM counts, and tell whether it does."""
        for _ in range(_ATTEMPTS + 2):
            held = await self.replica.run(lambda transaction: self._ids_on(transaction, shelf))
            sent_at = self.replica.clock()
            page = await self.search(shelf.criteria, 0)
            if page.total is None or page.total == len(held):
                return True
            await self._mend(shelf, held, page, sent_at)
        return False

    def _ids_on(self, transaction: Transaction, shelf: _Shelf) -> list[int]:
        rows = transaction.execute(f"select id from {self.table} where {shelf.where} order by id", (shelf.part,))
        return [one for (one,) in rows]

    async def _mend(self, shelf: _Shelf, held: Sequence[int], first: Page[Any], sent_at: float) -> None:
        """Find the first page that differs from what is held, by halving, and take over what it shows."""
        low, high = 0, max(PAGE_RULES.count_pages(first.total or 0), PAGE_RULES.count_pages(len(held))) - 1
        page, number = first, 0
        while low < high and _ids(first) == held[:PAGE_SIZE]:
            middle = (low + high) // 2
            page_at = self.replica.clock()
            other = await self.search(shelf.criteria, middle)
            if _ids(other) == held[middle * PAGE_SIZE : (middle + 1) * PAGE_SIZE]:
                low = middle + 1
            else:
                high, page, number, sent_at = middle, other, middle, page_at
        if number != low:
            sent_at = self.replica.clock()
            page = await self.search(shelf.criteria, low)
        shown = _ids(page)
        window = held[low * PAGE_SIZE : (low + 1) * PAGE_SIZE]
        last = shown[-1] if PAGE_RULES.is_full(page) else max([*window, *shown], default=0)
        gone = [one for one in held[low * PAGE_SIZE :] if one <= last and one not in set(shown)]
        new = [row for row in page.items if int(row["id"]) not in set(window)]

        def mend(transaction: Transaction) -> None:
            shelf.write(transaction, new, sent_at, True, shelf.part)
            self.remove(transaction, gone, sent_at)

        await self.replica.run(mend)

    async def passes(self) -> dict[str, Pass]:
        """Return what is known of each part."""
        return await self.replica.run(lambda transaction: read_passes(transaction, self.table))


def _write(
    write: Write, rows: Sequence[Row], unmoved: Collection[str], sent_at: float, part: str, transaction: Transaction
) -> None:
    write(transaction, [row for row in rows if row["id"] not in unmoved], sent_at, True, part)
    write(transaction, [row for row in rows if row["id"] in unmoved], sent_at, False, part)


def _ids(page: Page[Any]) -> list[int]:
    return [int(row["id"]) for row in page.items]
