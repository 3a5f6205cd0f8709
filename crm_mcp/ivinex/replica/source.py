"""Reads an Ivinex account into its replica: what a statement reads, or everything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import BadRequestError, CrmError, NotFoundError
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.replica.modules import Module, build_modules
from crm_mcp.ivinex.replica.own_writes import read_written_at
from crm_mcp.ivinex.replica.rows import ModuleRows
from crm_mcp.languages import Texts
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import ROWS_AGE_S, read_passes
from crm_mcp.replica.rows import ensure_table
from crm_mcp.replica.source import Lack, Need, Progress, Todo, ignore_progress
from crm_mcp.replica.tables import Table
from crm_mcp.store.transaction import Transaction

_texts = Texts(__file__)

SAMPLE_AGE_S = 86_400.0
"""The fields of a module are sampled again after a day; new ones that its rows show are known at once."""
_ASKED_AGAIN_S = 60.0


class IvinexSource:
    """The replica of one Ivinex account; see `Source`. Rows show all of a record, so there is no card to read."""

    title = "Ivinex"

    def __init__(self, replica: Replica, portal: Portal) -> None:
        self.replica = replica
        self.requests_per_minute = portal.settings.requests_per_minute
        self.modules = build_modules(replica, portal)
        self._rows = {name: ModuleRows(module) for name, module in self.modules.items()}
        self._locks = {name: asyncio.Lock() for name in self.modules}
        self._failed: dict[str, tuple[CrmError, float]] = {}

    async def tables(self) -> Sequence[Table]:
        """Return the table of each module; one that cannot be sampled has the columns that were seen before."""
        await map_bounded(self.modules, self._try_to_sample)

        def read(transaction: Transaction) -> list[Table]:
            tables = [module.table(module.read_fields(transaction)[0]) for module in self.modules.values()]
            for table in tables:
                ensure_table(transaction, table)
            return tables

        return await self.replica.run(read)

    async def _try_to_sample(self, name: str) -> None:
        """Sample a module that was not in the last day; what fails is told where a statement reads it."""
        if name in self._failed and 0 <= self.replica.clock() - self._failed[name][1] < _ASKED_AGAIN_S:
            return
        try:
            await self._sample(name)
        except CrmError as error:
            self._failed[name] = (error, self.replica.clock())

    async def _sample(self, name: str) -> None:
        async with self._locks[name]:
            if not await self.modules[name].is_sampled_since(self.replica.clock() - SAMPLE_AGE_S):
                await self._rows[name].sample()
        self._failed.pop(name, None)

    async def refresh(self, need: Need) -> None:
        """Bring the rows of the modules up to date that a statement reads.

        Raises:
            CrmError: Ivinex cannot be asked; that it refuses one module is told by `lacks`.
        """
        await map_bounded(self._read_by(need), lambda name: self._refresh(name, need), at_once=2)

    async def _refresh(self, name: str, need: Need) -> None:
        with self._noting_refusal(name):
            await self._sample(name)
            async with self._locks[name]:
                if not await self._is_fresh(name, need):
                    await self._rows[name].refresh()

    @contextlib.contextmanager
    def _noting_refusal(self, name: str) -> Generator[None]:
        """Note that Ivinex refuses a module, such as one of a wrong id, which is no reason to lack the others."""
        try:
            yield
        except (BadRequestError, NotFoundError) as error:
            self._failed[name] = (error, self.replica.clock())

    async def _is_fresh(self, name: str, need: Need) -> bool:
        module_id = self.modules[name].module_id
        known = await self._rows[name].read_pass()
        written_at = await self.replica.run(lambda transaction: read_written_at(transaction, module_id))
        not_before = max(need.begun_at - (0 if need.is_fresh else ROWS_AGE_S), written_at)
        return known.is_complete and known.rows_as_of is not None and known.rows_as_of > not_before

    def _read_by(self, need: Need) -> list[str]:
        return [name for name in need.columns if name in self.modules]

    async def lacks(self, need: Need) -> Sequence[Lack]:
        """Return the modules that a statement reads and that were not read to their end, or that Ivinex refuses."""
        lacks: list[Lack] = []
        for name in self._read_by(need):
            module = self.modules[name]
            if name in self._failed and isinstance(self._failed[name][0], BadRequestError | NotFoundError):
                lacks.append(Lack(_describe_refusal(module, self._failed[name][0])))
            elif not (await self._rows[name].read_pass()).is_complete:
                lacks.append(Lack(f"records of {module.name}", 1))
        return lacks

    async def everything_unread(self, need: Need) -> Mapping[str, Sequence[Any]]:  # noqa: ARG002
        """Return nothing: rows show all."""
        return {}

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:  # noqa: ARG002
        """Return nothing: rows show all."""
        return Todo()

    async def read(self, todo: Todo) -> None:
        """Read nothing: rows show all."""

    async def as_of(self, need: Need) -> float | None:
        """Return when the oldest of the modules that a statement reads was read."""

        def read(transaction: Transaction) -> float | None:
            passes = [one for name in self._read_by(need) for one in read_passes(transaction, name).values()]
            return min((one.rows_as_of for one in passes if one.rows_as_of), default=None)

        return await self.replica.run(read)

    async def fill(self, *, again: bool = False, progress: Progress = ignore_progress) -> None:
        """Read every module that is not held or is old, or all of them `again`.

        Raises:
            CrmError: Ivinex cannot be asked; that it refuses one module is told by `lacks`.
        """
        await self.tables()
        begun_at = self.replica.clock()
        for number, name in enumerate(self.modules):
            progress(_texts.later("modules"), number, len(self.modules))
            if again:
                await self._read_whole(name)
            await self.refresh(Need({name: frozenset()}, begun_at, is_fresh=not again))
        progress(_texts.later("modules"), len(self.modules), len(self.modules))

    async def _read_whole(self, name: str) -> None:
        async with self._locks[name]:
            with self._noting_refusal(name):
                await self._rows[name].read_whole(again=True)

    async def notes(self, need: Need) -> Sequence[str]:  # noqa: ARG002
        """Return nothing."""
        return []


def _describe_refusal(module: Module, error: CrmError) -> str:
    reason = str(error.args[0]).rstrip(".")
    return f"Ivinex refuses module {module.name} ({module.module_id}) of IVINEX_MODULES: {reason}"
