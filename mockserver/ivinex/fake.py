"""The fake of Ivinex as the web server knows it: one path, GET searches, POST creates and updates.

Logins that are refused get 401 with a JSON message (assumed).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiRequest, ApiResponse, Clock
from mockserver.crm.profiles import Deviation, Profile
from mockserver.ivinex.deviations import DEVIATIONS, REFUSALS_ARE_200
from mockserver.ivinex.reading import answer_search
from mockserver.ivinex.refusals import RefusalError, explain
from mockserver.ivinex.seed import parse_ivinex_seed
from mockserver.ivinex.store import Store
from mockserver.ivinex.writing import Author, answer_write

if TYPE_CHECKING:
    from mockserver.crm.record_views import RecordViews

_ALLOWED = "GET, POST"


class IvinexFake:
    """One Ivinex account.

    Args:
        connection: The database that holds its data, in autocommit.
        clock: The account's time, for `created_date` and `modified_date`.
        profile: Which reading to follow where there is more than one.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Clock, profile: Profile) -> None:
        self._connection = connection
        self._clock = clock
        self._profile = profile
        self._store = Store(connection)

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by the `ivinex` part of a seed document.

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        self._store.replace_all(parse_ivinex_seed(seed, self._read_clock()))

    def counts(self) -> dict[str, int]:
        """Return how many records each module holds, by the module's name."""
        return self._store.count_records()

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
        message = "The login is missing or wrong."
        answer = ApiResponse.of_json({"Error": message}, status=401, reason=explain(message, "Base Info"))
        return self._settle(replace(answer, headers={"WWW-Authenticate": 'Basic realm="Ivinex"'}))

    def answer(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request."""
        hints: list[str] = []
        try:
            if request.method == "GET":
                return answer_search(self._store, request.query, self._profile, hints)
            if request.method == "POST":
                author = Author(self._store.number_user(request.username), self._read_clock())
                return answer_write(self._connection, self._store, request, author, hints)
            raise RefusalError(
                f"Records.php takes {_ALLOWED}, not {request.method}.",
                "Create Record, Update Record, Get Records",
                near="GET searches records; POST creates and updates them.",
                status=405,
                headers={"Allow": _ALLOWED},
            )
        except RefusalError as refusal:
            return self._settle(refusal.to_answer(hints))

    def _settle(self, refusal: ApiResponse) -> ApiResponse:
        """Return a refusal as this profile has it."""
        return replace(refusal, status=200, headers={}) if self._profile.observes(REFUSALS_ARE_200) else refusal

    def _read_clock(self) -> str:
        return self._clock.now().isoformat(" ", "seconds")
