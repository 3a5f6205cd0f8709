"""What an endpoint is given of a request, and how it reads the id in the path and the fields in the body."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from mockserver.crm.profiles import Deviation, Language, Profile
from mockserver.documents.strict_json import JsonError, as_object, parse_json
from mockserver.minicrm import PREFIX, rules
from mockserver.minicrm.deviations import (
    EMPTY_DATES_ARE_ZEROS,
    SETS_ARE_SPACED,
    UNKNOWN_FIELDS_ARE_IDLE,
)
from mockserver.minicrm.files.addresses import print_file
from mockserver.minicrm.routing.suggestions import suggest_body, suggest_field
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import AnyRow, Row, RowChange, WrittenRow, read_row, save_row
from mockserver.minicrm.values import parse_value, print_value

API_WRITER = "MiniCRM"
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request to one endpoint.

    Attributes:
        now: The account's time, such as `2013-05-25 13:12:00`.
        origin: What stands before `/Api/R3` in a row's `Url`.
        target: The part of the path that the endpoint varies by: an id, or nothing.
        parameters: The query, without repeats.
        body: The raw body.
        hints: What the journal is told beside the response; endpoints add to it.
        changes: What was written by `save` and `note_deleted`, in this order.
        username: What the caller logged in with: in a workspace it is another one than the seed names.
    """

    connection: sqlite3.Connection
    account: Account
    profile: Profile
    now: str
    origin: str
    target: str
    parameters: Mapping[str, str]
    body: bytes
    hints: list[str] = field(default_factory=list[str])
    changes: list[RowChange] = field(default_factory=list[RowChange])
    username: str = ""

    @property
    def language(self) -> Language:
        """The account's language."""
        return self.profile.language

    def observes(self, deviation: Deviation) -> bool:
        """Tell whether the fake follows live servers on this point."""
        return self.profile.observes(deviation)

    def build_url(self, entity: str, entity_id: int) -> str:
        """Return the API's address of an entity, as search results print it."""
        return f"{self.origin}{PREFIX}/{entity}/{entity_id}"

    @property
    def system_id(self) -> str:
        """The account's own id, which stands in the addresses of its files."""
        return self.username or next((system_id for system_id, _ in self.account.logins), "0")

    def print_file(self, value: object) -> object:
        """Return the address that a File field prints."""
        return print_file(self.origin, self.system_id, value)

    def print_field(self, each: Field, value: object) -> object:
        """Return how the detail of an entity prints a stored value."""
        return print_value(
            each,
            self.print_file(value) if each.kind == "File" else value,
            set_separator=", " if self.observes(SETS_ARE_SPACED) else ",",
            empty_date="0000-00-00 00:00:00" if self.observes(EMPTY_DATES_ARE_ZEROS) else "",
        )

    def save(self, row: Row) -> None:
        """Store a row that is new or has changed, and note what it was before."""
        self.changes.append(RowChange(read_row(self.connection, type(row), row.id), row))
        save_row(self.connection, row)

    def note_deleted(self, row: Row) -> None:
        """Note that a row is deleted for good."""
        self.changes.append(RowChange(row, None))

    def read_target_id(self) -> int:
        """Return the id in the path.

        Raises:
            RefusalError: It is no id, so there is no entity of it.
        """
        if not _ID.fullmatch(self.target):
            raise RefusalError(rules.WRONG_ID, hints=[f"an id is digits, unlike {self.target!r}"])
        return int(self.target)

    def read_target(self, kind: type[AnyRow]) -> AnyRow:
        """Return the row whose id is in the path.

        Raises:
            RefusalError: There is none.
        """
        row = read_row(self.connection, kind, self.read_target_id())
        if row is None:
            where = rules.WHERE_TO_FIND[kind.__name__]
            raise RefusalError(rules.WRONG_ID, hints=[f"there is no {kind.TABLE.kind} {self.target}; {where}"])
        return row

    def read_body(self) -> dict[str, object]:
        """Return the fields in the body, whatever its Content-Type: a JSON object that is not empty.

        Raises:
            RefusalError: It is something else, or names another id than the path.
        """
        try:
            found = as_object(parse_json(self.body))
        except JsonError as error:
            hint = suggest_body(self.body) or rules.BAD_BODY.advice
            raise RefusalError(rules.BAD_BODY, "Data (JSON)", [str(error), hint]) from error
        if found is None:
            raise RefusalError(rules.BAD_BODY, "Data (JSON)")
        if not found:
            raise RefusalError(rules.EMPTY_BODY, "Data (JSON)")
        given = found.pop("Id", None)
        if given is not None and (not self.target or str(given) != self.target):
            hint = "write the id in the address alone"
            if not self.target:
                hint = "leave the id out to create, or put it in the address"
            raise RefusalError(rules.ID_IN_BODY, "Id", [hint])
        return found

    def parse_fields(self, known: Mapping[str, Field], body: Mapping[str, object]) -> dict[str, object]:
        """Return the values to store for the fields in the body.

        Raises:
            RefusalError: A field is not known, or a value does not fit.
        """
        for name in [each for each in body if each not in known]:
            if not self.observes(UNKNOWN_FIELDS_ARE_IDLE):
                raise RefusalError(rules.UNKNOWN_FIELD, name, suggest_field(name, known, self.language))
            self.hints.append(f"the field {name} means nothing here and was not looked at (observed)")
        return {name: parse_value(known[name], value, self.language) for name, value in body.items() if name in known}

    def refuse_move(self, body: dict[str, object], owner: Field, owner_id: int, rule: rules.Rule) -> None:
        """Take what an entity belongs to out of the body of an update, which may name it only as it is.

        Raises:
            RefusalError: It names another one.
        """
        if owner.name in body and parse_value(owner, body.pop(owner.name), self.language) != owner_id:
            raise RefusalError(rule, owner.name)


def render_history(account: Account, row: WrittenRow) -> dict[str, object]:
    """Return who wrote an entity and when; one that never changed was last written by its creator (observed)."""
    return {
        "CreatedBy": name_writer(account, row.created_by),
        "CreatedAt": row.created_at,
        "UpdatedBy": name_writer(account, row.updated_by),
        "UpdatedAt": row.updated_at,
    }


def name_writer(account: Account, user_id: int | None) -> str:
    """Return the name of who wrote something: a user, or MiniCRM where the API did (observed, grade A)."""
    return API_WRITER if user_id is None else account.users.get(user_id, "")
