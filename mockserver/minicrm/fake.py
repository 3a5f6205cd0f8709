"""The fake MiniCRM as the web server sees it: load a seed, check a login, answer a request."""

from __future__ import annotations

import hmac
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiRequest, ApiResponse, Clock
from mockserver.crm.database import transaction
from mockserver.crm.profiles import Deviation, Profile
from mockserver.minicrm import contacts, projects, rules
from mockserver.minicrm.account import load_account
from mockserver.minicrm.call import Call
from mockserver.minicrm.deviations import (
    BAD_LOGIN_IS_404,
    DEVIATIONS,
    REFUSALS_NAME_LABELS,
    REQUESTS_ARE_LIMITED,
    SLASHES_ARE_ESCAPED,
    UNKNOWN_CHOICE_ID_FAILS,
)
from mockserver.minicrm.request_limit import RequestLimit
from mockserver.minicrm.routes import (
    Route,
    find_route,
    read_parameters,
    refuse_method,
    refuse_path,
    render_refusal,
    render_success,
)
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import Account
from mockserver.minicrm.seed import Seed, parse_seed
from mockserver.minicrm.store import (
    KINDS,
    Address,
    Contact,
    Project,
    Task,
    add_words,
    count_rows,
    has_account,
    read_account_document,
    save_account,
    save_rows,
    set_next_id,
)
from mockserver.minicrm.tables import create_indexes, create_tables, drop_tables
from mockserver.minicrm.texts import say

if TYPE_CHECKING:
    from mockserver.crm.record_views import RecordViews


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
        self._limit = RequestLimit(clock, read_seconds)
        self._document = ""
        self._account: Account
        with transaction(connection):
            create_tables(connection)
            if not has_account(connection):
                self._store(parse_seed({}, self._now()))
            create_indexes(connection)

    def load(self, seed: Mapping[str, object]) -> None:
        """Replace all data by the MiniCRM part of a seed document (`{}` is an empty account).

        Raises:
            SeedError: The part has another shape; nothing was changed.
        """
        parsed = parse_seed(seed, self._now())
        with transaction(self._connection):
            drop_tables(self._connection)
            create_tables(self._connection)
            self._store(parsed)
            create_indexes(self._connection)
        self._limit.forget()

    def counts(self) -> dict[str, int]:
        """Return how many contacts, projects, tasks and addresses there are."""
        names = {"project": "projects", "contact": "contacts", "task": "tasks", "address": "addresses"}
        return {names[kind]: count_rows(self._connection, kind) for kind in KINDS}

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
        """Answer a request whose login is missing or wrong: plain text, and 401 (assumed) or 404 (observed)."""
        rule = rules.BAD_LOGIN_NOT_FOUND if self._profile.observes(BAD_LOGIN_IS_404) else rules.BAD_LOGIN
        answer = ApiResponse.of_text(say(self._profile.language, rule.text), status=rule.status, reason=rule.reason)
        return answer if rule.status == 404 else replace(answer, headers={"WWW-Authenticate": 'Basic realm="MiniCRM"'})

    def answer(self, request: ApiRequest) -> ApiResponse:
        """Answer one authenticated request; one that is refused changes nothing."""
        hints: list[str] = []
        found = find_route(request.path)
        entity = found[0].entity if found else ""
        allow = ""
        try:
            if request.is_counted and self._profile.observes(REQUESTS_ARE_LIMITED) and not self._limit.lets_through():
                entity = entity or "Api"
                raise Refusal(rules.TOO_MANY_REQUESTS)
            if found is None:
                refusal, entity = refuse_path(request.path)
                raise refusal
            if request.method not in found[0].endpoints:
                refusal, allow = refuse_method(found[0], request.method)
                raise refusal
            return self._answer(request, *found, hints)
        except Refusal as error:
            refusal = self._settle(error)
            return render_refusal(refusal, request.method, entity, self._profile.language, hints=hints, allow=allow)

    def _answer(self, request: ApiRequest, route: Route, target: str, hints: list[str]) -> ApiResponse:
        account = self._read_account()
        call = Call(
            connection=self._connection,
            account=account,
            profile=self._profile,
            now=self._now(),
            origin=account.url or request.base_url.rstrip("/"),
            target=target,
            parameters=read_parameters(request, route, hints),
            body=request.body,
            hints=hints,
        )
        with transaction(self._connection) if request.method == "PUT" else nullcontext():
            value = route.endpoints[request.method](call)
        return render_success(value, escapes_slashes=self._profile.observes(SLASHES_ARE_ESCAPED), hints=hints)

    def _settle(self, refusal: Refusal) -> Refusal:
        """Return a refusal as this profile words it."""
        rule, names = refusal.rule, refusal.names
        if rule is rules.UNKNOWN_CHOICE_ID and self._profile.observes(UNKNOWN_CHOICE_ID_FAILS):
            rule = rules.UNKNOWN_CHOICE_ID_FAILS
        if refusal.api_name and not self._profile.observes(REFUSALS_NAME_LABELS):
            names = refusal.api_name
        return Refusal(rule, names, refusal.hints)

    def _read_account(self) -> Account:
        """Return the account, read anew where the tables hold another one than the last time."""
        document = read_account_document(self._connection)
        if document != self._document:
            self._document, self._account = document, load_account(document)
        return self._account

    def _store(self, seed: Seed) -> None:
        save_account(self._connection, seed.document)
        save_rows(self._connection, Contact, seed.contacts)
        save_rows(self._connection, Project, seed.projects)
        save_rows(self._connection, Task, seed.tasks)
        save_rows(self._connection, Address, seed.addresses)
        fields, modules = seed.account.contact_fields, seed.account.modules
        words = ((row.id, contacts.list_texts(fields[row.type], row)) for row in seed.contacts)
        add_words(self._connection, "contact", words)
        words = ((row.id, projects.list_texts(modules[row.category_id].fields, row)) for row in seed.projects)
        add_words(self._connection, "project", words)
        for kind in KINDS:
            set_next_id(self._connection, kind, seed.next_ids.get(kind))

    def _now(self) -> str:
        return self._clock.now().isoformat(" ", "seconds")
