"""What happens, told to whoever observes this process; where nobody does, it costs a look at an empty list.

Each function is one kind of event, and its parameters are the event's fields: the log file has them by these names. A
field holds a name of our own code, a number, or an opaque id. None holds what a CRM, a caller or a person wrote.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

Fields = Mapping[str, Any]


class Observer(Protocol):
    """Whoever is told of events: at once, in the thread in which they happen."""

    def tell(self, event: str, fields: Fields) -> None:
        """Take note of an event."""
        ...


observers: list[Observer] = []
"""Who is told; empty where neither a log file nor OpenTelemetry is asked for."""


def start_clock() -> float:
    """Return the beginning of what `seconds_since` measures."""
    return time.perf_counter()


def seconds_since(began_at: float) -> float:
    """Return the seconds since then."""
    return time.perf_counter() - began_at


def service_started(*, transport: str, version: str, pid: int) -> None:
    """The server began to serve.

    Args:
        transport: `stdio` or `http`.
        version: The server's.
        pid: Its process.
    """
    _tell("service_started", locals())


def service_stopped(*, pid: int) -> None:
    """The server ends: calls in flight were let end.

    Args:
        pid: Its process.
    """
    _tell("service_stopped", locals())


def request_served(
    *, method: str, tool: str, request_id: str, protocol: str, user: str, outcome: str, error: str, duration_s: float
) -> None:
    """A request of the protocol was answered: a tool was called, a resource read.

    Args:
        method: The method, such as `tools/call`; `_OTHER` for one that is not known.
        tool: The tool, or the prompt; `_OTHER` for one that this server does not have, empty for other methods.
        request_id: The caller's id of it, where that is a number or a UUID.
        protocol: The revision of the protocol.
        user: Who asked: `local`, `token`, or an opaque id of an OAuth subject; empty on stdio.
        outcome: `ok`, `error`, `unfinished` (it goes on, and is to be called again), `question` (a person is asked
            first), `task` (it goes on as one), or `cancelled`.
        error: The type of the error; empty where there was none.
        duration_s: How long it took.
    """
    _tell("request_served", locals())


def crm_request_sent(*, crm: str, method: str, route: str, status: int, error: str, duration_s: float) -> None:
    """One request went to a CRM, and a response came, or none.

    Args:
        crm: The CRM.
        method: The HTTP method.
        route: The path without ids, such as `/Api/R3/Project/{id}`; `{file}` for a file's address.
        status: The HTTP status; 0 where no response came.
        error: The type of the error where no response came, or none that can be read.
        duration_s: How long it took, from the connection to the last byte.
    """
    _tell("crm_request_sent", locals())


def budget_used(*, crm: str, budget: str, waited_s: float, left: int, limit: int) -> None:
    """A request may go, or was given up: its CRM's limit of requests a minute.

    Args:
        crm: The CRM.
        budget: An opaque id of what the limit belongs to, the same in all processes.
        waited_s: How long the request waited.
        left: How many more may go in this minute; -1 where that is not known.
        limit: How many may go in a minute; 0 where there is no limit.
    """
    _tell("budget_used", locals())


def http_answered(*, method: str, route: str, status: int, user: str, duration_s: float) -> None:
    """A request over HTTP was answered; the log file has those that were refused.

    Args:
        method: The HTTP method; `_OTHER` for one that is not known.
        route: The address, such as `/mcp`; `_OTHER` for one that this server does not have.
        status: The HTTP status; 499 where the caller was gone first.
        user: As of `request_served`.
        duration_s: Until the response began.
    """
    _tell("http_answered", locals())


def webhook_received(*, crm: str, status: int) -> None:
    """A CRM told of a change, or somebody in its name.

    Args:
        crm: The CRM.
        status: The HTTP status of the response.
    """
    _tell("webhook_received", locals())


def store_failed(*, error: str) -> None:
    """The store could not be opened or used.

    Args:
        error: The type of the error.
    """
    _tell("store_failed", locals())


def replica_refreshed(*, crm: str, error: str, duration_s: float) -> None:
    """The copy of a CRM's data was brought up to date for a statement.

    Args:
        crm: The CRM.
        error: The type of the error that ended it before all was read; empty where there was none.
        duration_s: How long it took.
    """
    _tell("replica_refreshed", locals())


def warned(*, logger: str, level: str, text: str) -> None:
    """A part of the server warned.

    Args:
        logger: The module.
        level: `warning`, `error` or `critical`.
        text: The warning with its places unfilled: what would stand there may be anybody's.
    """
    _tell("warned", locals())


def _tell(event: str, fields: Fields) -> None:
    for observer in observers:
        observer.tell(event, fields)
