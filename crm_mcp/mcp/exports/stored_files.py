"""Files of exports in the store: whichever process of it is asked, it gives the same; each is sealed, see `Seal`."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import AsyncGenerator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mcp.server.mcpserver.exceptions import ResourceError

from crm_mcp.errors import InputError
from crm_mcp.mcp.calls.caller import current_caller
from crm_mcp.mcp.exports import rows
from crm_mcp.mcp.exports.files import ExportFile, Format, address_of, checked_size, encode, new_name, not_found
from crm_mcp.mcp.exports.rows import Limits
from crm_mcp.store.sealing import Seal

if TYPE_CHECKING:
    from pathlib import Path

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

_LIMITS = Limits(kept_s=3600.0, max_bytes=200_000_000)
_PIECE_BYTES = 512 * 1024


class StoredFiles:
    """The files of these accounts in a store."""

    folder: Path | None = None

    def __init__(self, store: Store, connectors: Sequence[Connector], limits: Limits = _LIMITS) -> None:
        self.kept_s = limits.kept_s
        self._limits = limits
        self._store = store
        self._connectors = connectors

    @cached_property
    def _accounts(self) -> frozenset[str]:
        return frozenset(one.account.account_id for one in self._connectors)

    @contextlib.asynccontextmanager
    async def making(self, accounts: Sequence[str], file_format: Format) -> AsyncGenerator[ExportFile]:
        """See `ExportFiles`; a file of which a person was erased meanwhile is refused at its end."""
        file = _StoredFile(self._store, new_name(file_format), self._limits)
        export_id = file.seal.row_id
        await self._store.run(lambda transaction: rows.begin(transaction, export_id, accounts, self._limits))
        try:
            yield file
            await file.complete()
        except BaseException:
            await self._store.run(lambda transaction: rows.drop(transaction, export_id))
            raise

    async def read(self, name: str) -> str:
        """See `ExportFiles`."""
        seal = _seal_of(name)
        accounts = self._accounts
        count = await self._store.run(lambda transaction: rows.count_pieces(transaction, seal.row_id, accounts))
        if not count:
            raise not_found(self.kept_s)
        decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
        return "".join([decoder.decode(await self._piece(seal, place, count)) for place in range(count)])

    async def _piece(self, seal: Seal, place: int, count: int) -> bytes:
        sealed = await self._store.run(lambda transaction: rows.read_piece(transaction, seal.row_id, place))
        if not sealed:  # it was dropped since its pieces were counted
            raise not_found(self.kept_s)
        piece = seal.open(sealed, _what(place, is_last=place == count - 1))
        if piece is None:
            raise ResourceError("The export is damaged in the store. Call export_search again.")
        return piece

    def clear(self) -> None:
        """Do nothing: the store drops what it holds of an account where a person is erased from it."""


def _seal_of(name: str) -> Seal:
    """Return the seal of a file, which is the caller's alone: nobody else opens it, by whatever address."""
    return Seal(f"{current_caller().user} {name}")


def _what(place: int, *, is_last: bool) -> str:
    return f"piece {place}{', the last' if is_last else ''}"


class _StoredFile:
    def __init__(self, store: Store, name: str, limits: Limits) -> None:
        self.uri = address_of(name)
        self.size = 0
        self.seal = _seal_of(name)
        self._store = store
        self._limits = limits
        self._rest = bytearray()
        self._places = 0

    async def write(self, text: str) -> None:
        """Seal and keep whatever fills a piece; one piece is always held back, since the last is sealed as such."""
        data = encode(text)
        self.size = checked_size(self.size + len(data))
        self._rest += data
        while len(self._rest) > _PIECE_BYTES:
            await self._add(bytes(self._rest[:_PIECE_BYTES]), is_last=False)
            del self._rest[:_PIECE_BYTES]

    async def complete(self) -> None:
        """Keep the last piece, and let the file be there.

        Raises:
            InputError: It was dropped meanwhile.
        """
        await self._add(bytes(self._rest), is_last=True)
        export_id, size, count = self.seal.row_id, self.size, self._places
        if not await self._store.run(
            lambda transaction: rows.complete(transaction, export_id, size, count, self._limits)
        ):
            raise InputError(
                "A person was erased from this account while the export was made, so the file was dropped.",
                hint="Call export_search again.",
            )

    async def _add(self, piece: bytes, *, is_last: bool) -> None:
        place, export_id = self._places, self.seal.row_id
        self._places += 1
        sealed = self.seal.close(piece, _what(place, is_last=is_last))
        await self._store.run(lambda transaction: rows.add_piece(transaction, export_id, place, sealed))
