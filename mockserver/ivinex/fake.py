"""The fake of Ivinex as the web server knows it: one path, GET searches, POST creates and updates."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.crm.api import HTML_TYPE, ApiRequest, ApiResponse, Clock
from mockserver.crm.edits import Edit
from mockserver.crm.profiles import Deviation, Profile
from mockserver.ivinex import rules
from mockserver.ivinex.deviations import DEVIATIONS, EMPTIES_ARE_TYPED, REFUSALS_ARE_200, REFUSALS_ARE_WORDS
from mockserver.ivinex.rules import RefusalError, explain
from mockserver.ivinex.search import search_records
from mockserver.ivinex.seed import parse_ivinex_seed
from mockserver.ivinex.store import Store
from mockserver.ivinex.write import Author, write_records

if TYPE_CHECKING:
    from mockserver.crm.changed_record import ChangedRecord
    from mockserver.crm.record_views import RecordViews


class IvinexFake:
    """One Ivinex account, kept in tables that begin with `ivinex_`."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock, profile: Profile) -> None:
        self._connection = connection
        self._clock = clock
        self._profile = profile
        self._store = Store(connection, has_typed_empties=profile.observes(EMPTIES_ARE_TYPED))

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by the `ivinex` part of a seed document.

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        self._store.replace_all(parse_ivinex_seed(seed, self._read_clock()))

    def counts(self) -> dict[str, int]:
        """Return how many records each module holds, by the module's name."""
        return self._store.count_records()

    def edit(self, edit: Edit) -> Sequence[ChangedRecord]:
        """Do what a person does in the portal; it has no webhooks.

        Raises:
            EditError: It cannot be done.
        """
        from mockserver.ivinex.edits.edit import carry_out  # only tests need it

        carry_out(self._store, edit, self._read_clock())
        return ()

    def list_logins(self) -> Sequence[tuple[str, str]]:
        """Return the account's logins as user name and password."""
        return self._store.logins

    def record_views(self) -> RecordViews:
        """Return how the page shows the account's records."""
        from mockserver.ivinex.record_views import IvinexRecordViews  # only the page needs it

        return IvinexRecordViews(self._store.modules)

    def list_deviations(self) -> Sequence[Deviation]:
        """Return the points where the profile decides."""
        return DEVIATIONS

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether this login opens the account."""
        return self._store.knows_login(username, password)

    def refuse_login(self) -> ApiResponse:
        """Answer a request whose login is missing or wrong."""
        return self._refuse(RefusalError(rules.BAD_LOGIN), headers={"WWW-Authenticate": 'Basic realm="Ivinex"'})

    def respond(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request."""
        hints: list[str] = []
        try:
            if request.method == "GET":
                return search_records(self._store, request.query, self._profile, hints)
            if request.method == "POST":
                author = Author(self._store.number_user(request.username), self._read_clock())
                return write_records(self._connection, self._store, request, author, hints)
        except RefusalError as refusal:
            return self._refuse(refusal, hints)
        return self._refuse(RefusalError(rules.WRONG_METHOD, request.method), hints, {"Allow": "GET, POST"})

    def _refuse(
        self, refusal: RefusalError, hints: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> ApiResponse:
        """Return `{"Error": "..."}` with the status that this profile has for it."""
        message = str(refusal)
        response = ApiResponse.of_json(
            {"Error": message},
            status=refusal.rule.status,
            reason=explain(message, refusal.section),
            hints=[*hints, refusal.hint] if refusal.hint else hints,
        )
        if self._profile.observes(REFUSALS_ARE_WORDS):
            response = replace(response, body=message.encode(), content_type=HTML_TYPE)
        if self._profile.observes(REFUSALS_ARE_200):
            return replace(response, status=200)
        return replace(response, headers=headers or {})

    def _read_clock(self) -> str:
        return self._clock.now().isoformat(" ", "seconds")
