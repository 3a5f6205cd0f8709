"""One request on its way through the fake MiniCRM: what the endpoints are given, and how they read it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mockserver.minicrm import rules
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import Row, read_row
from mockserver.minicrm.texts import Language
from mockserver.minicrm.values import parse_value
from mockserver.near_misses import find_near_misses
from mockserver.profiles import Deviation, Profile
from mockserver.strict_json import JsonError, as_object, parse_json

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
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
            raise Refusal(rules.WRONG_ID)
        return row

    def read_body(self) -> dict[str, object]:
        """Return the fields in the body, whatever its Content-Type: a JSON object that is not empty.

        Raises:
            Refusal: It is something else, or names another id than the path.
        """
        try:
            found = as_object(parse_json(self.body))
        except JsonError as error:
            raise Refusal(rules.BAD_BODY, "Data (JSON)", [str(error)]) from error
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
        self.refuse_unknown(body, known, rules.UNKNOWN_FIELD)
        return {name: parse_value(known[name], value, self.language) for name, value in body.items()}

    def refuse_unknown(self, names: Iterable[str], known: Iterable[str], rule: rules.Rule) -> None:
        """Refuse a field or parameter that does not exist, with what may have been meant."""
        known = list(known)
        for name in names:
            if name not in known:
                meant = find_near_misses(name, known)
                raise Refusal(rule, name, [f"did you mean {each} instead of {name}?" for each in meant])

    def _hint_where_the_id_goes(self) -> str:
        return (
            "write the id in the address alone"
            if self.target
            else "leave the id out to create, or put it in the address"
        )


Handler = Callable[[Call], object]
