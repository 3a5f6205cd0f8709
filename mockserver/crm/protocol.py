"""The interface of a faked CRM: the web server, the control API and the page use nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.changed_record import ChangedRecord
from mockserver.crm.edits import Edit
from mockserver.crm.profiles import Deviation

if TYPE_CHECKING:  # a server whose page nobody opens does not load them
    from mockserver.crm.record_views import RecordViews


class Crm(Protocol):
    """One faked CRM: its data and its API.

    It is built as `Fake(connection, clock, profile)`, makes its tables where they are missing, and is built anew over
    the tables it finds after a snapshot was restored, so it may cache what it read from them.

    No method awaits, so one request is handled as a whole; `respond` commits or rolls back by itself.
    The connection is in autocommit and shared: write inside `mockserver.crm.database.transaction(connection)`, which
    nests, because a seed is loaded into all CRMs in one transaction.
    """

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by this CRM's part of a seed document (`{}` is an empty account).

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        ...

    def counts(self) -> dict[str, int]:
        """Return how many rows of each kind there are, such as `{"projects": 12}`."""
        ...

    def list_logins(self) -> Sequence[tuple[str, str]]:
        """Return the account's logins as user name and password, which the page shows."""
        ...

    def record_views(self) -> RecordViews:
        """Return how the page shows the account's records."""
        ...

    def list_deviations(self) -> Sequence[Deviation]:
        """Return every difference between the document and live behaviour that the profile decides."""
        ...

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether this Basic login opens the account."""
        ...

    def refuse_login(self) -> ApiResponse:
        """Return the response to a request whose login is missing or wrong."""
        ...

    def edit(self, edit: Edit) -> Sequence[ChangedRecord]:
        """Do what a person does in the CRM's own page, as its API would tell it; return what webhooks tell of it.

        Called inside a transaction; afterwards the CRM is asked as if nothing had been cached.

        Raises:
            EditError: It cannot be done; what was changed is rolled back by the caller.
        """
        ...

    def respond(self, request: ApiRequest) -> ApiResponse:
        """Return the response to one authenticated request."""
        ...
