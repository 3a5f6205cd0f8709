"""The words that faults are put together from: changed requests, changed responses, and where they apply.

A fault stands between a caller and a CRM: it is given the CRM as a function from request to response, which it may ask
as often as it likes, and the caller's request.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest

Ask = Callable[[HttpRequest], ApiResponse]
Fault = Callable[[Ask, HttpRequest], ApiResponse]
Row = dict[str, Any]

_SNAPSHOT = "/_control/snapshot"
_WORKSPACES = "/_control/workspaces"


# Where a fault applies


def when(applies: Callable[[HttpRequest], bool], fault: Fault) -> Fault:
    """Restrict a fault to some requests; the others pass."""
    return lambda ask, request: fault(ask, request) if applies(request) else ask(request)


def at(place: str, fault: Fault) -> Fault:
    """Restrict a fault to an endpoint, such as `PUT Project/{id}`, `GET .*`, or `POST` for any path."""
    method, _, path = place.partition(" ")
    pattern = re.compile(f"(?:/Api/R3)?/?(?:{path.replace('{id}', '[^/]+') or '.*'})")
    return when(
        lambda request: bool(re.fullmatch(method, request.method) and pattern.fullmatch(request.path)),
        fault,
    )


# Changed requests


def alter_request(change: Callable[[HttpRequest], HttpRequest]) -> Fault:
    """Have the CRM see another request than was sent."""
    return lambda ask, request: ask(change(request))


def alter_values(change: Callable[[str, str], str]) -> Fault:
    """Have the CRM see other query values; `change` is given a parameter's name and value."""
    return alter_request(lambda sent: replace(sent, query=[(name, change(name, text)) for name, text in sent.query]))


def alter_parameter(name: str, change: Callable[[str], str]) -> Fault:
    """Have the CRM see another value of one parameter, where it is sent."""
    return alter_values(lambda sent_name, text: change(text) if sent_name == name else text)


def ignore(*names: str) -> Fault:
    """Have the CRM not see some parameters."""
    return alter_request(lambda request: with_query(request, **dict.fromkeys(names)))


def set_query(**parameters: str) -> Fault:
    """Have the CRM see some parameters with fixed values, whatever was sent."""
    return alter_request(lambda request: with_query(request, **parameters))


def alter_body(change: Callable[[Any], object]) -> Fault:
    """Have the CRM see another JSON body; a body that cannot be read passes."""
    return alter_request(lambda request: with_body(request, change(body)) if (body := read_body(request)) else request)


def drop_keys(*names: str) -> Fault:
    """Have the CRM not see some keys of a body."""
    return alter_body(lambda body: {name: value for name, value in body.items() if name not in names})


def set_keys(**values: object) -> Fault:
    """Have the CRM see some keys of a body with fixed values, whatever was sent."""
    return alter_body(lambda body: {**body, **values})


def default_keys(**values: object) -> Fault:
    """Have the CRM see some keys of a body where they were not sent."""
    return alter_body(lambda body: {**values, **body})


def alter_written_texts(change: Callable[[str], str]) -> Fault:
    """Have the CRM see other texts in a body."""
    return alter_body(lambda body: map_texts(body, change))


# Changed responses


def alter_response(change: Callable[[ApiResponse], ApiResponse]) -> Fault:
    """Have another response reach the caller."""
    return lambda ask, request: change(ask(request))


def alter_json(change: Callable[[Any], object]) -> Fault:
    """Have another JSON value reach the caller where the CRM responds with 200."""
    return alter_response(lambda came: with_json(came, change(json.loads(came.body))) if came.status == 200 else came)


def alter_texts(change: Callable[[str], str]) -> Fault:
    """Have every text of a JSON response, keys aside, reach the caller changed."""
    return alter_json(lambda value: map_texts(value, change))


def alter_rows(change: Callable[[Row], Row]) -> Fault:
    """Have every row of a search or list reach the caller changed."""

    def change_rows(found: Row) -> Row:
        for key in {"Records", "Results"} & set(found):
            rows: Row | list[Row] = found[key]
            by_id = {name: change(row) for name, row in rows.items()} if isinstance(rows, dict) else None
            found[key] = by_id if by_id is not None else [change(row) for row in cast("list[Row]", rows)]
        return found

    return at("GET", alter_json(change_rows))


def alter_status(was: int, status: int) -> Fault:
    """Have refusals of one status reach the caller with another."""
    return alter_response(lambda came: replace(came, status=status) if came.status == was else came)


def respond_to(status: int, value: object) -> Fault:
    """Have a JSON value reach the caller with 200 where the CRM responds with a status."""
    return alter_response(lambda came: ApiResponse.of_json(value) if came.status == status else came)


def give(response: ApiResponse) -> Fault:
    """Have one response reach every caller."""
    return lambda _ask, _request: response


# Requests of a fault's own


def call(
    ask: Ask, like: HttpRequest, method: str, path: str, body: object = None, query: dict[str, str] | None = None
) -> ApiResponse:
    """Send a request with the login of another one."""
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(replace(like, method=method, path=path, query=list((query or {}).items()), body=raw))


def retry(status: int, change: Callable[[HttpRequest], HttpRequest | None]) -> Fault:
    """Ask again, with a changed request, where the CRM responds with a status; None asks no more."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        changed = change(request) if came.status == status else None
        return ask(changed) if changed else came

    return fault


def undo(ask: Ask, request: HttpRequest) -> ApiResponse:
    """Respond as ever and take back what was written."""
    workspace = _find_workspace(ask, request)
    if workspace is None:
        return ask(request)
    parameters = {"workspace": workspace["name"]}
    before = call(ask, request, "GET", _SNAPSHOT, query=parameters)
    came = ask(request)
    call(ask, request, "PUT", _SNAPSHOT, before.body, parameters)
    return came


def forgive_logins(is_good: Callable[[tuple[str, str], tuple[str, str]], bool]) -> Fault:
    """Have wrong logins open an account; `is_good` is given what was sent and what an account has."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        newest_first = _list_workspaces(ask, request)[::-1] if came.status == 401 else []
        sent = read_login(request)
        for own in (login for workspace in newest_first for login in _list_logins(workspace)):
            if is_good(sent, own) and (retried := ask(_log_in(request, own))).status != 401:
                return retried
        return came

    return fault


def _list_workspaces(ask: Ask, like: HttpRequest) -> list[Row]:
    return json.loads(call(ask, like, "GET", _WORKSPACES).body)


def _list_logins(workspace: Row) -> Iterator[tuple[str, str]]:
    for crm in ("ivinex", "minicrm"):
        yield tuple(str(part) for part in workspace[crm].values())  # pyright: ignore[reportReturnType]


def _find_workspace(ask: Ask, like: HttpRequest) -> Row | None:
    login = read_login(like)
    return next((each for each in _list_workspaces(ask, like) if login in _list_logins(each)), None)


def read_login(request: HttpRequest) -> tuple[str, str]:
    """Return user name and password of a request, empty where there is none."""
    encoded = request.headers.get(b"authorization", b"").partition(b" ")[2]
    username, _, password = base64.b64decode(encoded).decode().partition(":")
    return username, password


def _log_in(request: HttpRequest, login: tuple[str, str]) -> HttpRequest:
    encoded = base64.b64encode(":".join(login).encode())
    return replace(request, headers={**request.headers, b"authorization": b"Basic " + encoded})


# Values


def with_query(request: HttpRequest, **parameters: str | None) -> HttpRequest:
    """Return a request with some parameters set, or taken away where None."""
    others = [pair for pair in request.query if pair[0] not in parameters]
    return replace(request, query=[*others, *((name, text) for name, text in parameters.items() if text is not None)])


def with_body(request: HttpRequest, body: object) -> HttpRequest:
    """Return a request with another JSON body."""
    return replace(request, body=json.dumps(body).encode())


def with_json(response: ApiResponse, value: object) -> ApiResponse:
    """Return a response with another JSON body."""
    return replace(response, body=json.dumps(value, separators=(",", ":")).encode())


def read_body(request: HttpRequest) -> dict[str, Any] | None:
    """Return the JSON object of a request; None where it is none."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with every text in it, keys aside, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(item, change) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: map_texts(item, change) for key, item in cast("dict[str, Any]", value).items()}
    return value


def keep_plus(raw_query: bytes) -> bytes:
    """Return a raw query whose pluses decode to pluses."""
    return raw_query.replace(b"+", b"%2B")


def lose_non_ascii(text: str) -> str:
    """Return a text with a question mark for each character that is not ASCII."""
    return text.encode("ascii", "replace").decode()
