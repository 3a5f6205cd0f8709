"""The body of a response, read and decompressed piece by piece, so that none is larger in memory than it may be."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable, Iterator

ACCEPTED_ENCODING = "gzip"
"""What is asked for, and read."""
MAX_BODY_BYTES = 32 * 1024 * 1024
"""A longer body, decompressed, is no response of a CRM: pages have at most a hundred rows."""
MAX_REFUSAL_BYTES = 64 * 1024
"""Of a refusal only the first words are ever quoted."""
_PIECE_BYTES = 256 * 1024


class BodyTooLargeError(Exception):
    """The body is longer than it may be."""


class UnreadableEncodingError(Exception):
    """The body is not compressed as its header says, or in a way that was not asked for."""


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, *, is_refusal: bool, most_bytes: int = MAX_BODY_BYTES
) -> bytes:
    """Read the chunks of a body as they came, and decompress them; of a refusal only the beginning.

    Raises:
        BodyTooLargeError: It is too long; the rest is not read.
        UnreadableEncodingError: It cannot be decompressed.
    """
    limit = MAX_REFUSAL_BYTES if is_refusal else most_bytes
    body = bytearray()
    decoder = _decoder(encoding)
    async for chunk in chunks:
        for piece in decoder.pieces(chunk):
            body += piece
            if len(body) > limit:
                if is_refusal:
                    return bytes(body[:limit])
                body.clear()  # the error may be kept for long, and this with it
                raise BodyTooLargeError
            await asyncio.sleep(0)  # others have their turn: a small chunk may hold a thousand times its length
    decoder.finish()
    return bytes(body)


class _Plain:
    """A body that is not compressed."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk of the response holds."""
        yield chunk

    def finish(self) -> None:
        """Check that the body is whole."""


class _Inflated(_Plain):
    """A body compressed by gzip, or by deflate in zlib's format."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._began = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds, decompressed, in pieces of bounded length.

        Raises:
            UnreadableEncodingError: It is not compressed so.
        """
        self._began = True
        while chunk and not self._inflate.eof:
            try:
                yield self._inflate.decompress(chunk, _PIECE_BYTES)
            except zlib.error as error:
                raise UnreadableEncodingError(str(error)) from None
            chunk = self._inflate.unconsumed_tail

    def finish(self) -> None:
        """Check that the body is whole.

        Raises:
            UnreadableEncodingError: Its end is lacking.
        """
        if self._began and not self._inflate.eof:
            raise UnreadableEncodingError("its end is lacking")


def _decoder(encoding: str) -> _Plain:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflated()
    raise UnreadableEncodingError(f"it is compressed by {name!r}, which was not asked for")
