"""Files for the host: kept a while, under addresses nobody guesses, and never without bound."""

from __future__ import annotations

import pytest
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from crm_mcp.errors import InputError
from crm_mcp.mcp.exports import EXPORT_TTL_S, MAX_FILE_BYTES, MAX_TOTAL_BYTES, ExportStore


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def name_of(uri: str) -> str:
    return uri.removeprefix("crm://exports/")


def test_a_file_is_read_back_until_its_time_is_over() -> None:
    clock = Clock()
    store = ExportStore(clock)
    uri, size = store.add("é\n", "jsonl")
    assert size == 3
    clock.now_s = EXPORT_TTL_S
    assert store.read(name_of(uri)) == "é\n"
    clock.now_s += 1
    with pytest.raises(ResourceNotFoundError):
        store.read(name_of(uri))


def test_an_address_is_long_and_never_the_same() -> None:
    store = ExportStore()
    uris = {store.add("x", "csv")[0] for _ in range(50)}
    assert len(uris) == 50
    assert all(len(name_of(uri)) >= 24 and uri.endswith(".csv") for uri in uris)


def test_the_oldest_files_make_room() -> None:
    store = ExportStore()
    text = "x" * MAX_FILE_BYTES
    uris = [store.add(text, "csv")[0] for _ in range(MAX_TOTAL_BYTES // MAX_FILE_BYTES + 1)]
    with pytest.raises(ResourceNotFoundError):
        store.read(name_of(uris[0]))
    assert all(store.read(name_of(uri)) == text for uri in uris[1:])


def test_a_file_that_is_too_big_is_refused() -> None:
    with pytest.raises(InputError, match="Narrow the search"):
        ExportStore().add("x" * (MAX_FILE_BYTES + 1), "csv")
