"""Where the fake is broken open: functions replaced, requests and answers altered on their way.

Everything goes through a `pytest.MonkeyPatch`, which puts it back.
"""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from mockserver.http import asgi
from mockserver.ivinex.fake import IvinexFake
from mockserver.minicrm import projects
from mockserver.minicrm.fake import MinicrmFake
from mockserver.minicrm.routes import ROUTES
from mockserver.minicrm.rules import Refusal
from mockserver.workspaces.all import Workspaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest, ApiResponse
    from mockserver.crm.login import Login
    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Project
    from mockserver.workspaces.workspace import Workspace

FAKES = {"ivinex": IvinexFake, "minicrm": MinicrmFake}


def replaces(patch: pytest.MonkeyPatch, owner: object, name: str) -> Callable[[Callable[..., Any]], None]:
    """Put a function in the place of another one, which it is given as its first argument.

    Args:
        patch: What undoes it.
        owner: The module or class that holds the function.
        name: The function's name there.
    """

    def install(broken: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            return broken(original, *args, **kwargs)

        patch.setattr(owner, name, stand_in)

    return install


def gives_always(patch: pytest.MonkeyPatch, owner: object, name: str, value: object) -> None:
    """Have a function do nothing but return one value."""

    def give(*_args: object) -> object:
        return value

    patch.setattr(owner, name, give)


def forgives_logins(patch: pytest.MonkeyPatch, crm: str, is_good: Callable[[Login, tuple[str, str]], bool]) -> None:
    """Have wrong logins open an account; `is_good` is given what was sent and what the account has."""

    @replaces(patch, Workspaces, "find_by_login")
    def find_by_login(
        original: Callable[..., Workspace | None], workspaces: Workspaces, crm_name: str, login: Login
    ) -> Workspace | None:
        found = original(workspaces, crm_name, login)
        if found is not None or crm_name != crm:
            return found
        newest_first = reversed(workspaces.list_all())
        return next((each for each in newest_first if any(is_good(login, own) for own in each.list_logins(crm))), None)


def replaces_endpoint(patch: pytest.MonkeyPatch, path: str, method: str) -> Callable[[Callable[..., object]], None]:
    """Put a function in the place of an endpoint of MiniCRM's; it is given the original one and the call.

    Args:
        patch: What undoes it.
        path: The route's path, such as `Project/{id}`.
        method: The HTTP method.
    """

    def install(broken: Callable[..., object]) -> None:
        endpoints = cast("dict[str, Callable[[Call], object]]", next(r for r in ROUTES if r.path == path).endpoints)
        patch.setitem(endpoints, method, functools.partial(broken, endpoints[method]))

    return install


def alter_project_writes(patch: pytest.MonkeyPatch, change: Callable[[Project, dict[str, object]], object]) -> None:
    """Have `change` at a project of MiniCRM's, and at what is to be written into it, before it is written."""

    @replaces(patch, projects, "_write")
    def write(
        original: Callable[..., None], call: Call, project: Project, module: object, body: dict[str, object]
    ) -> None:
        change(project, body)
        original(call, project, module, body)


def forgets_unknown(patch: pytest.MonkeyPatch, path: str) -> None:
    """Have a list of MiniCRM's be empty for an owner that does not exist, rather than not found."""

    @replaces_endpoint(patch, path, "GET")
    def list_none(original: Callable[[Call], object], call: Call) -> object:
        try:
            return original(call)
        except Refusal:
            return {"Count": 0, "Results": []}


def alter_requests(patch: pytest.MonkeyPatch, crm: str, change: Callable[[ApiRequest], ApiRequest]) -> None:
    """Have a CRM see other requests than were sent."""

    @replaces(patch, FAKES[crm], "answer")
    def answer(original: Callable[..., ApiResponse], fake: object, request: ApiRequest) -> ApiResponse:
        return original(fake, change(request))


def alter_values(patch: pytest.MonkeyPatch, crm: str, change: Callable[[str, str], str]) -> None:
    """Have a CRM see other query values than were sent; `change` is given a parameter's name and value."""
    alter_requests(
        patch, crm, lambda request: replace(request, query=[(key, change(key, value)) for key, value in request.query])
    )


def alter_answers(
    patch: pytest.MonkeyPatch, crm: str, change: Callable[[ApiRequest, ApiResponse], ApiResponse]
) -> None:
    """Have other answers of a CRM reach the caller than it gave."""

    @replaces(patch, FAKES[crm], "answer")
    def answer(original: Callable[..., ApiResponse], fake: object, request: ApiRequest) -> ApiResponse:
        return change(request, original(fake, request))


def alter_json(patch: pytest.MonkeyPatch, crm: str, change: Callable[[ApiRequest, Any], object]) -> None:
    """Have another JSON value reach the caller than a CRM answered with 200."""

    def change_body(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        if answer.status != 200:
            return answer
        changed = change(request, json.loads(answer.body))
        return replace(answer, body=json.dumps(changed, separators=(",", ":")).encode())

    alter_answers(patch, crm, change_body)


def alter_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with every text in it, keys aside, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [alter_texts(item, change) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: alter_texts(item, change) for key, item in cast("dict[str, Any]", value).items()}
    return value


def alter_rows(patch: pytest.MonkeyPatch, crm: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Have the records of every search reach the caller changed."""

    def change_rows(_request: ApiRequest, answer: Any) -> Any:
        if not isinstance(answer, dict):
            return answer
        found = cast("dict[str, Any]", answer)
        for key in ("Records", "Results"):
            rows = found.get(key)
            if isinstance(rows, list):
                found[key] = [change(row) for row in cast("list[Any]", rows)]
            elif isinstance(rows, dict):
                found[key] = {at: change(row) for at, row in cast("dict[str, Any]", rows).items()}
        return found

    alter_json(patch, crm, change_rows)


def is_search(request: ApiRequest, entity: str = "") -> bool:
    """Tell whether a request is a search of MiniCRM's, of `Project` or `Contact` or either."""
    name = request.path.rpartition("/")[2]
    return request.method == "GET" and name in {"Project", "Contact"} and entity in {"", name}


def decode_queries_by(patch: pytest.MonkeyPatch, decode: Callable[[str], str]) -> None:
    """Have the names and values of queries decoded otherwise, for both CRMs."""

    @replaces(patch, asgi, "parse_query")
    def parse_query(_original: object, raw: bytes) -> list[tuple[str, str]]:
        pairs = [pair.partition("=") for pair in raw.decode().split("&")]
        return [(decode(name), decode(value)) for name, _, value in pairs]


def lose_non_ascii(text: str) -> str:
    """Return a text with a question mark for each character that is not ASCII."""
    return text.encode("ascii", "replace").decode()
