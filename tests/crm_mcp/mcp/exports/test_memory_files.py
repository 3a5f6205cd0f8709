"""Files for the host: kept a while, under addresses nobody guesses, and never without bound."""

from __future__ import annotations

import asyncio

import pytest
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from crm_mcp.errors import InputError
from crm_mcp.mcp.exports.files import MAX_FILE_BYTES, Format
from crm_mcp.mcp.exports.memory_files import EXPORT_TTL_S, MAX_TOTAL_BYTES, MemoryFiles


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def name_of(uri: str) -> str:
    return uri.removeprefix("crm://exports/")


def add(files: MemoryFiles, text: str, file_format: Format) -> tuple[str, int]:
    async def run() -> tuple[str, int]:
        async with files.making(["an account"], file_format) as file:
            await file.write(text)
        return file.uri, file.size

    return asyncio.run(run())


def read(files: MemoryFiles, uri: str) -> str:
    return asyncio.run(files.read(name_of(uri)))


def test_a_file_is_read_back_until_its_time_is_over() -> None:
    clock = Clock()
    files = MemoryFiles(clock)
    uri, size = add(files, "é\n", "jsonl")
    assert size == 3
    clock.now_s = EXPORT_TTL_S
    assert read(files, uri) == "é\n"
    clock.now_s += 1
    with pytest.raises(ResourceNotFoundError):
        read(files, uri)


def test_an_address_is_long_and_never_the_same() -> None:
    files = MemoryFiles()
    uris = {add(files, "x", "csv")[0] for _ in range(50)}
    assert len(uris) == 50
    assert all(len(name_of(uri)) >= 24 and uri.endswith(".csv") for uri in uris)


def test_the_oldest_files_make_room() -> None:
    files = MemoryFiles()
    text = "x" * MAX_FILE_BYTES
    uris = [add(files, text, "csv")[0] for _ in range(MAX_TOTAL_BYTES // MAX_FILE_BYTES + 1)]
    with pytest.raises(ResourceNotFoundError):
        read(files, uris[0])
    assert all(read(files, uri) == text for uri in uris[1:])


def test_a_file_that_is_too_big_is_refused() -> None:
    with pytest.raises(InputError, match="Narrow the search"):
        add(MemoryFiles(), "x" * (MAX_FILE_BYTES + 1), "csv")
