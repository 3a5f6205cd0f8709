"""One request on its way through the fake MiniCRM: what the endpoints are given, and how they read it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mockserver.crm.profiles import Deviation, Profile
from mockserver.documents.near_misses import find_near_misses
from mockserver.documents.strict_json import JsonError, as_object, parse_json
from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    COUNT_IS_TEXT,
    EMPTY_DATES_ARE_ZEROS,
    EMPTY_RESULTS_ARE_A_LIST,
    KEYS_ARE_NOT_IDS,
    SETS_ARE_SPACED,
)
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import Row, read_row
from mockserver.minicrm.texts import Language, label_of
from mockserver.minicrm.values import parse_value, print_value

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_TRAILING_COMMA = re.compile(rb",\s*[}\]]")
AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one endpoint.

    Attributes:
        now: The account's time, such as `2013-05-25 13:12:00`.
        origin: What stands before `/Api/R3` in the answer's `Url`.
        target: The part of the path that the endpoint varies by: an id, or nothing.
        parameters: The query, without repeats.
        body: The raw body.
        hints: What the journal is told beside the answer; endpoints add to it.
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

    @property
    def language(self) -> Language:
        """The account's language."""
        return self.profile.language

    def observes(self, deviation: Deviation) -> bool:
        """Tell whether the fake follows live servers on this point."""
        return self.profile.observes(deviation)

    def build_url(self, entity: str, entity_id: int) -> str:
        """Return the API's address of an entity, as search results print it."""
        return f"{self.origin}/Api/R3/{entity}/{entity_id}"

    def print_field(self, each: Field, value: object) -> object:
        """Return how the detail of an entity prints a stored value."""
        return print_value(
            each,
            value,
            set_separator=", " if self.observes(SETS_ARE_SPACED) else ",",
            empty_date="0000-00-00 00:00:00" if self.observes(EMPTY_DATES_ARE_ZEROS) else "",
        )

    def render_results(self, count: int, rows: Mapping[str, object]) -> dict[str, object]:
        """Return a search's answer: `{"Count": 1, "Results": {"1234": {...}}}`."""
        results: object = rows
        if rows and self.observes(KEYS_ARE_NOT_IDS):
            results = {str(place): row for place, row in enumerate(rows.values())}
        elif not rows and self.observes(EMPTY_RESULTS_ARE_A_LIST):
            results = []  # as PHP prints an empty array
        return {"Count": self.print_count(count), "Results": results}

    def print_count(self, count: int) -> object:
        """Return how an answer prints `Count`."""
        return str(count) if self.observes(COUNT_IS_TEXT) else count

    def read_target_id(self) -> int:
        """Return the id in the path.

        Raises:
            Refusal: It is no id, so there is no entity of it.
        """
        if not _ID.fullmatch(self.target):
            raise Refusal(rules.WRONG_ID, hints=[f"an id is digits, unlike {self.target!r}"])
        return int(self.target)

    def read_target(self, kind: type[AnyRow]) -> AnyRow:
        """Return the row whose id is in the path.

        Raises:
            Refusal: There is none.
        """
        row = read_row(self.connection, kind, self.read_target_id())
        if row is None:
            where = rules.WHERE_TO_FIND[kind.__name__]
            raise Refusal(rules.WRONG_ID, hints=[f"there is no {kind.__name__.lower()} {self.target}; {where}"])
        return row

    def read_body(self) -> dict[str, object]:
        """Return the fields in the body, whatever its Content-Type: a JSON object that is not empty.

        Raises:
            Refusal: It is something else, or names another id than the path.
        """
        try:
            found = as_object(parse_json(self.body))
        except JsonError as error:
            raise Refusal(rules.BAD_BODY, "Data (JSON)", [str(error), self._hint_at_body()]) from error
        if found is None:
            raise Refusal(rules.BAD_BODY, "Data (JSON)")
        if not found:
            raise Refusal(rules.EMPTY_BODY, "Data (JSON)")
        given = found.pop("Id", None)
        if given is not None and (not self.target or str(given) != self.target):
            raise Refusal(rules.ID_IN_BODY, "Id", [self._hint_where_the_id_goes()])
        return found

    def parse_fields(self, known: Mapping[str, Field], body: Mapping[str, object]) -> dict[str, object]:
        """Return the values to store for the fields in the body.

        Raises:
            Refusal: A field is not known, or a value does not fit.
        """
        for name in body:
            if name not in known:
                hints = self._hint_at_labels(name, known)
                raise Refusal(rules.UNKNOWN_FIELD, name, hints or hint_at_names(name, known))
        return {name: parse_value(known[name], value, self.language) for name, value in body.items()}

    def refuse_move(self, body: dict[str, object], owner: Field, owner_id: int, rule: rules.Rule) -> None:
        """Take what an entity belongs to out of the body of an update, which may name it only as it is.

        Raises:
            Refusal: It names another one.
        """
        if owner.name in body and parse_value(owner, body.pop(owner.name), self.language) != owner_id:
            raise Refusal(rule, owner.name)

    def refuse_unknown(self, names: Iterable[str], known: Iterable[str], rule: rules.Rule) -> None:
        """Refuse a parameter that does not exist, with what may have been meant."""
        known = list(known)
        for name in names:
            if name not in known:
                raise Refusal(rule, name, hint_at_names(name, known))

    def _hint_at_labels(self, name: str, known: Mapping[str, Field]) -> list[str]:
        labels = {each.name: label_of(self.language, each.name, each.label) for each in known.values()}
        return [
            f"did you mean {field}? {name} is its label, not its name"
            for field, label in labels.items()
            if label.casefold() == name.casefold() and field != name
        ]

    def _hint_at_body(self) -> str:
        if b"{" not in self.body and b"=" in self.body:
            return "the body looks like a form: send JSON, whatever the Content-Type is"
        if _TRAILING_COMMA.search(self.body):
            return "leave out the trailing comma"
        return rules.BAD_BODY.advice

    def _hint_where_the_id_goes(self) -> str:
        return (
            "write the id in the address alone"
            if self.target
            else "leave the id out to create, or put it in the address"
        )


def hint_at_names(name: str, known: Iterable[str]) -> list[str]:
    """Say which field or parameter was probably meant, or which there are."""
    known = list(known)
    meant = [f"did you mean {each} instead of {name}?" for each in find_near_misses(name, known)]
    return meant or [f"there are {', '.join(known[:30])}"]


Handler = Callable[[Call], object]
