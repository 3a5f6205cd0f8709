"""The fake MiniCRM as the web server sees it: load a seed, check a login, respond to a request."""

from __future__ import annotations

import datetime as dt
import hmac
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiRequest, ApiResponse, Clock
from mockserver.crm.database import transaction
from mockserver.crm.edits import Edit
from mockserver.crm.profiles import Deviation, Profile
from mockserver.crm.rate_limit import RateLimit
from mockserver.minicrm import rules
from mockserver.minicrm.account import load_account
from mockserver.minicrm.consequences import follow_changes
from mockserver.minicrm.deviations import (
    DEVIATIONS,
    REQUESTS_ARE_LIMITED,
)
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.responses import render_bad_login, render_refusal, render_success
from mockserver.minicrm.routes import (
    find_route,
    name_entity,
    read_parameters,
    refuse_path,
)
from mockserver.minicrm.routing.route import Route
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account
from mockserver.minicrm.seed import KINDS, Seed, parse_seed
from mockserver.minicrm.store import (
    add_words,
    count_rows,
    create_indexes,
    create_tables,
    drop_tables,
    has_account,
    read_account_document,
    save_account,
    save_rows,
    set_next_id,
)
from mockserver.minicrm.webhooks.changes import list_changed

if TYPE_CHECKING:
    from mockserver.crm.changed_record import ChangedRecord
    from mockserver.crm.record_views import RecordViews


REQUESTS_A_MINUTE = 60  # observed, where nothing tells another limit
FEEDS_AN_HOUR = 180  # observed, grade B; invoices have no limit, nor have files (assumed)


class MinicrmFake:
    """One MiniCRM account, kept in tables that begin with `minicrm_`.

    Args:
        connection: The database, in autocommit.
        clock: The account's time.
        profile: Whether it behaves as the API document says or as live servers were seen to.
        read_seconds: Real seconds for the request limit, replaceable in tests.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        clock: Clock,
        profile: Profile,
        read_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._profile = profile
        self._limits: dict[str, RateLimit | None] = {
            "SyncFeed": RateLimit(clock, read_seconds, FEEDS_AN_HOUR, dt.timedelta(hours=1)),
            "Invoice": None,
            "Download": None,
        }
        self._common_limit = RateLimit(clock, read_seconds, REQUESTS_A_MINUTE)
        self._document = ""
        self._account: Account
        with transaction(connection):
            create_tables(connection, KINDS)
            if not has_account(connection):
                self._store(parse_seed({}, self._now()))
            create_indexes(connection, KINDS)

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by the MiniCRM part of a seed document (`{}` is an empty account).

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        parsed = parse_seed(seed, self._now())
        with transaction(self._connection):
            drop_tables(self._connection, KINDS)
            create_tables(self._connection, KINDS)
            self._store(parsed)
            create_indexes(self._connection, KINDS)
        for limit in (self._common_limit, *self._limits.values()):
            if limit is not None:
                limit.forget()

    def counts(self) -> dict[str, int]:
        """Return how many contacts, projects, tasks and addresses there are."""
        return {kind.TABLE.kinds: count_rows(self._connection, kind) for kind in KINDS}

    def edit(self, edit: Edit) -> Sequence[ChangedRecord]:
        """Do what a person does in MiniCRM's own page, and return what webhooks tell of it.

        Raises:
            EditError: It cannot be done.
        """
        from mockserver.minicrm.edits.edit import carry_out  # only tests need it

        contexts: list[RequestContext] = []

        def build_context(target: str) -> RequestContext:
            contexts.append(self._build_context(target))
            return contexts[-1]

        carry_out(edit, build_context)
        for context in contexts:
            follow_changes(context)
        return [change for context in contexts for change in list_changed(context)]

    def list_logins(self) -> Sequence[tuple[str, str]]:
        """Return the account's logins as system id and API key."""
        return self._read_account().logins

    def record_views(self) -> RecordViews:
        """Return how the page shows the account's records."""
        from mockserver.minicrm.record_views import MinicrmRecordViews  # only the page needs it

        return MinicrmRecordViews(self._read_account(), self._profile.language)

    def list_deviations(self) -> Sequence[Deviation]:
        """Return every point where live servers differ from the document."""
        return DEVIATIONS

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether this system id and API key open the account."""
        known = [f"{system_id}:{key}".encode() for system_id, key in self.list_logins()]
        given = f"{username}:{password}".encode(errors="surrogateescape")
        return any(hmac.compare_digest(login, given) for login in known)

    def refuse_login(self) -> ApiResponse:
        """Answer a request whose login is missing or wrong."""
        return render_bad_login(self._profile)

    def respond(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request; one that is refused changes nothing."""
        hints: list[str] = []
        found = find_route(request.path, is_for_page=not request.is_counted)
        entity = found[0].entity if found else "Api"
        try:
            self._count(request, entity)
            if found is None:
                entity = name_entity(request.path)
                raise refuse_path(request.path)
            return self._respond(request, *found, hints)
        except RefusalError as refusal:
            return render_refusal(self._profile, refusal, f"{entity} ({request.method})", hints)

    def _count(self, request: ApiRequest, entity: str) -> None:
        """Count a request against the limit of its entity.

        Raises:
            RefusalError: There were too many.
        """
        limit = self._limits.get(entity, self._common_limit)
        is_limited = request.is_counted and self._profile.observes(REQUESTS_ARE_LIMITED)
        if is_limited and limit is not None and not limit.lets_through():
            raise RefusalError(rules.TOO_MANY_REQUESTS)

    def _respond(self, request: ApiRequest, route: Route, target: str, hints: list[str]) -> ApiResponse:
        endpoint = route.find_endpoint(request.method)
        parameters = read_parameters(request, route, hints)
        context = self._build_context(target, request.base_url, parameters, request.body, hints, request.username)
        with transaction(self._connection) if route.changes(request.method) else nullcontext():
            value = endpoint(context)
            context = replace(context, account=self._read_account())  # a first document brings a module of its kind
            follow_changes(context)
        response = value if isinstance(value, ApiResponse) else render_success(self._profile, value, hints)
        return replace(response, list_changes=partial(list_changed, context)) if context.changes else response

    def _build_context(
        self,
        target: str,
        base_url: str = "",
        parameters: Mapping[str, str] | None = None,
        body: bytes = b"",
        hints: list[str] | None = None,
        username: str = "",
    ) -> RequestContext:
        account = self._read_account()
        return RequestContext(
            connection=self._connection,
            account=account,
            profile=self._profile,
            now=self._now(),
            origin=account.url or base_url.rstrip("/"),
            target=target,
            parameters=parameters or {},
            body=body,
            hints=[] if hints is None else hints,
            username=username,
        )

    def _read_account(self) -> Account:
        """Return the account, read anew where the tables hold another one than the last time."""
        document = read_account_document(self._connection)
        if document != self._document:
            self._document, self._account = document, load_account(document)
        return self._account

    def _store(self, seed: Seed) -> None:
        save_account(self._connection, seed.document)
        for kind, rows in seed.rows.items():
            save_rows(self._connection, kind, rows)
        for kind, words in seed.words.items():
            add_words(self._connection, kind, words)
        for kind in KINDS:
            set_next_id(self._connection, kind, seed.next_ids.get(kind.TABLE.kind))

    def _now(self) -> str:
        return self._clock.now().isoformat(" ", "seconds")
