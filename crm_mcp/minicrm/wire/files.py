"""The files of a record: how MiniCRM writes their addresses, and on which hosts they lie. Pure.

Source: minicrm.txt, "Task (GET)" and "Project (GET)" for one file; the hosts are observed, lists of files are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_mcp.minicrm.wire.bodies import as_list, as_object, read_text

HOSTS = frozenset({"r3.minicrm.hu", "r3.minicrm.io", "cdn.minicrm.hu"})
DOMAINS = ("minicrm.hu", "minicrm.io")
"""Whose hosts are the vendor's."""
_TOKEN = re.compile(r"(/Download/[^\s\"]*?[?&]e=)[^&\s\",]+", re.IGNORECASE)
_BETWEEN_ADDRESSES = re.compile(r"\s*,\s*(?=https?:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileLink:
    """One file: its name as far as the record tells it, and its address, which is a secret."""

    name: str
    url: str = field(repr=False)


def read_files(value: object) -> list[FileLink]:
    """Return the files that a value holds.

    It is an address, several joined by commas, an object `{FileName, Url}`, or a list or an object of these; empty
    where there is none.
    """
    return list(_links(value))


def _links(value: object, depth: int = 0) -> Iterator[FileLink]:
    listed, entries = as_list(value), as_object(value)
    if listed is not None and depth < 3:
        for one in listed:
            yield from _links(one, depth + 1)
    elif entries and "Url" in entries:
        if url := read_text(entries["Url"]):
            yield FileLink(read_text(entries.get("FileName")) or "", url.strip())
    elif entries and depth < 3:
        for one in entries.values():
            yield from _links(one, depth + 1)
    elif text := read_text(value):
        for url in _BETWEEN_ADDRESSES.split(text.strip()):
            if "://" in url:
                yield FileLink("", url.strip())


def hide_tokens(text: str) -> str:
    """Return a text without the tokens in addresses of files, each of which opens its file to anybody."""
    return _TOKEN.sub(r"\1***", text)
