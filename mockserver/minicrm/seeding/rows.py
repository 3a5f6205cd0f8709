"""Reads one row out of the MiniCRM part of a seed document; each kind of row has a reader of its own beside it.

Values are parsed like those of a request, so a seed holds nothing that the API could not write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.crm.api import SeedError
from mockserver.minicrm.account import READER
from mockserver.minicrm.endpoints.request_context import API_WRITER
from mockserver.minicrm.files.addresses import find_file_id
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import WrittenRow
from mockserver.minicrm.values import ZERO_DATES, parse_value

PATH = "minicrm"


@dataclass(frozen=True, slots=True)
class SeedReader:
    """Reads the values of one account's rows; `now` is when rows that do not say it were created."""

    account: Account
    now: str

    def parse(self, known: Mapping[str, Field], part: Mapping[str, object], path: str) -> dict[str, object]:
        """Return the values to store of a part whose keys are all known.

        Raises:
            SeedError: A value does not fit its field.
        """
        values: dict[str, object] = {}
        for name, value in part.items():
            if known[name].kind == "File" and find_file_id(value):
                values[name] = value
                continue
            try:
                values[name] = parse_value(known[name], value)
            except RefusalError as refusal:
                raise SeedError(f"{path}.{name}: {'; '.join((str(refusal), *refusal.hints))}") from refusal
        return values

    def read_history(self, row: WrittenRow, part: dict[str, object], path: str) -> None:
        """Take out of a part who wrote a row and when."""
        row.created_at, row.updated_at = self.take_times(part, path)
        row.created_by = self.take_writer(part, "CreatedBy", path)
        row.updated_by = self.take_writer(part, "UpdatedBy", path) if "UpdatedBy" in part else row.created_by

    def take_writer(self, part: dict[str, object], key: str, path: str) -> int | None:
        """Return the user who wrote a row; None is the API."""
        given = part.pop(key, None)
        if given in (None, "", API_WRITER):
            return None
        user = READER.take_id(given, f"{path}.{key}")
        if user not in self.account.users:
            raise SeedError(f"{path}.{key}: there is no user {user} in {PATH}.users")
        return user

    def take_times(self, part: dict[str, object], path: str) -> tuple[str, str]:
        """Return when a row was created and changed; the one that is not said is the other, else now."""
        given = {key: take_moment(part.pop(key), f"{path}.{key}") for key in ("CreatedAt", "UpdatedAt") if key in part}
        created = given.get("CreatedAt") or given.get("UpdatedAt") or self.now
        return created, given.get("UpdatedAt", created)


def take_moment(value: object, path: str) -> str:
    """Take a date and time, or one of zeros, as live servers print one that is not set (observed)."""
    return value if isinstance(value, str) and value in ZERO_DATES else READER.take_moment(value, path)


def take_row_id(part: dict[str, object], path: str) -> int:
    """Take a row's own id out of its part."""
    row_id = READER.take_id(part.pop("Id", None), f"{path}.Id")
    if row_id == 0:
        raise SeedError(f"{path}.Id: write an id from 1")
    return row_id
