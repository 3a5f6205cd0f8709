"""One stored file: its row, and how a seed writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mockserver.crm.api import SeedError
from mockserver.minicrm.account import READER
from mockserver.minicrm.files.addresses import make_token
from mockserver.minicrm.files.contents import MOST_BYTES, list_endings
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id
from mockserver.minicrm.store import Row, Table


@dataclass(slots=True, kw_only=True)
class StoredFile(Row):
    """One file, which whoever has `token` can read.

    It holds `text` in the format of its name's ending, or `size` bytes of the text over and over.
    """

    TABLE: ClassVar[Table] = Table("file", "files", {"by_token": "(token)"})
    name: str
    token: str
    text: str = ""
    size: int = 0


def read_stored_file(_reader: SeedReader, part: dict[str, object], path: str) -> StoredFile:
    """Read one file out of a seed: `{"Id": 9301, "Name": "offer.pdf", "Text": "One line"}`."""
    file_id = take_row_id(part, path)
    name = READER.take_text(part.pop("Name", None), f"{path}.Name")
    if not name.lower().endswith(list_endings()):
        raise SeedError(f"{path}.Name: write a name that ends in {', '.join(list_endings())}")
    size = READER.take_whole_number(part.pop("Size", 0), f"{path}.Size", 0)
    if size > MOST_BYTES:
        raise SeedError(f"{path}.Size: write {MOST_BYTES} at most")
    text = READER.take_text(part.pop("Text", ""), f"{path}.Text")
    READER.take_object(part, path, ())
    return StoredFile(id=file_id, name=name, token=make_token(file_id), text=text, size=size)
