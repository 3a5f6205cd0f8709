"""The fake of People: one table, one path."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, cast

from mockserver.crm.api import ApiRequest, ApiResponse, Clock, SeedError
from mockserver.crm.changed_record import ChangedRecord
from mockserver.crm.database import transaction
from mockserver.crm.edits import Edit, EditError
from mockserver.crm.login import Login, LoginScheme
from mockserver.crm.profiles import Deviation, Profile
from mockserver.crm.record_views import RecordViews

ROOT = "/people"
PAGE_SIZE = 3
DEFAULT_TOKEN = "demo-people-token"
FIELDS = ("name", "email")


def parse_bearer(header: bytes | None) -> Login:
    """Read `Bearer TOKEN`."""
    scheme, _, token = (header or b"").decode("latin-1").partition(" ")
    if scheme.casefold() != "bearer":
        return Login(defect="The Authorization header does not start with Bearer.")
    return Login(password=token.strip())


BEARER = LoginScheme(parse_bearer, lambda _username, token: f"Bearer {token}")


class PeopleFake:
    """One People account."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock, profile: Profile) -> None:
        del clock, profile  # nothing here has a date, or differs between profiles
        self._connection = connection
        connection.execute("CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, name TEXT, email TEXT)")

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all people by those of `{"people": [{"name": ..., "email": ...}]}`."""
        people = seed.get("people", [])
        if not isinstance(people, list):
            raise SeedError("people.people: must be a list")
        with transaction(self._connection):
            self._connection.execute("DELETE FROM people")
            for person in cast("list[dict[str, Any]]", people):
                self._insert(person)

    def counts(self) -> dict[str, int]:
        """Return how many people there are."""
        return {"people": self._count("1", ())}

    def edit(self, edit: Edit) -> Sequence[ChangedRecord]:
        """Refuse: People has no page of its own."""
        raise EditError(f"People has no page: {edit}")

    def list_logins(self) -> Sequence[tuple[str, str]]:
        """Return the only token."""
        return [("", DEFAULT_TOKEN)]

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether this is the token."""
        return (username, password) in self.list_logins()

    def refuse_login(self) -> ApiResponse:
        """Answer a request whose token is missing or wrong."""
        return ApiResponse.of_json({"error": "unauthorized"}, status=401, reason="The token is missing or wrong.")

    def record_views(self) -> RecordViews:
        """Return none: the page shows no records of People."""
        raise NotImplementedError

    def list_deviations(self) -> Sequence[Deviation]:
        """Return none."""
        return ()

    def respond(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request."""
        person_id = request.path.removeprefix(ROOT).strip("/")
        match request.method, bool(person_id):
            case "GET", False:
                return self._search(dict(request.query))
            case "GET", True:
                return self._get(person_id)
            case "POST", False:
                with transaction(self._connection):
                    return self._get(self._insert(json.loads(request.body)), status=201)
            case "PATCH", True:
                return self._update(person_id, json.loads(request.body))
            case _:
                return ApiResponse.of_json({"error": "no such method"}, status=405, reason="Not in the document.")

    def _search(self, query: Mapping[str, str]) -> ApiResponse:
        condition = "name LIKE ? AND (? = '' OR email = ?)"
        email = query.get("email", "")
        values = (f"%{query.get('name', '')}%", email, email)
        sql = f"SELECT id, name, email FROM people WHERE {condition} ORDER BY id LIMIT ? OFFSET ?"
        rows = self._connection.execute(sql, (*values, PAGE_SIZE, PAGE_SIZE * int(query.get("page", "0"))))
        body = json.dumps({"people": [_show(row) for row in rows]}).encode()
        return ApiResponse(200, body, headers={"X-Total-Count": str(self._count(condition, values))})

    def _get(self, person_id: str, *, status: int = 200) -> ApiResponse:
        row = self._connection.execute("SELECT id, name, email FROM people WHERE id = ?", (person_id,)).fetchone()
        if row is None:
            return ApiResponse.of_json({"error": "not found"}, status=404, reason=f"There is no person {person_id}.")
        return ApiResponse.of_json(_show(row), status=status)

    def _insert(self, person: Mapping[str, object]) -> str:
        values = [str(person.get(name, "")) for name in FIELDS]
        return str(self._connection.execute("INSERT INTO people (name, email) VALUES (?, ?)", values).lastrowid)

    def _update(self, person_id: str, changes: Mapping[str, object]) -> ApiResponse:
        with transaction(self._connection):
            for name in FIELDS:
                if name in changes:
                    sql = f"UPDATE people SET {name} = ? WHERE id = ?"
                    self._connection.execute(sql, (str(changes[name]), person_id))
        return self._get(person_id)

    def _count(self, condition: str, values: Sequence[str]) -> int:
        sql = f"SELECT count(*) FROM people WHERE {condition}"
        return int(self._connection.execute(sql, values).fetchone()[0])


def _show(row: tuple[int, str, str]) -> dict[str, object]:
    return dict(zip(("id", *FIELDS), row, strict=True))
