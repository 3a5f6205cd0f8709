"""Mutants of MiniCRM: creating and updating projects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_json,
    at,
    default_keys,
    drop_keys,
    read_body,
    set_keys,
    undo,
)
from tests.contract.self_test.mutants.minicrm.account import (
    CREATE_PROJECT,
    UPDATE_PROJECT,
    fetch,
    find_first,
    find_first_module,
    put,
    read_id,
    retry_refused,
    succeed,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_FIXED = ("CategoryId", "ContactId")


def _read_path(request: HttpRequest) -> str:
    return request.path.removeprefix("/Api/R3/")


def _owners(ask: Ask, request: HttpRequest) -> Row:
    return {"CategoryId": find_first_module(ask, request), "ContactId": find_first(ask, request, "Contact")}


def _with_owners(words: Callable[..., Fault], *names: str, only_where_sent: bool = False) -> Fault:
    """Have a create go to the first module or contact, by one of the words that change keys."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        body = read_body(request) or {}
        owners = {name: owner for name, owner in _owners(ask, request).items() if name in names}
        meant = {name: owner for name, owner in owners.items() if not only_where_sent or name in body}
        return words(**meant)(ask, request)

    return at(CREATE_PROJECT, fault)


def _blank_others(ask: Ask, request: HttpRequest) -> ApiResponse:
    own = {name: "" for name in fetch(ask, request, _read_path(request)) if name.startswith(("Text", "Int"))}
    return default_keys(**own)(ask, request)


def _reset_status(ask: Ask, request: HttpRequest) -> ApiResponse:
    module = fetch(ask, request, _read_path(request)).get("CategoryId", find_first_module(ask, request))
    statuses = fetch(ask, request, f"Schema/Project/{module}")["StatusId"]
    return default_keys(StatusId=int(next(iter(statuses))))(ask, request)


def _create_instead(ask: Ask, request: HttpRequest, body: Row) -> Iterator[ApiResponse]:
    yield put(ask, request, "Project", {**_owners(ask, request), **body})


def _succeed_on_unknown(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    return succeed(came, read_id(request)) if came.status == 404 else came


def _copy(ask: Ask, request: HttpRequest) -> ApiResponse:
    now = fetch(ask, request, _read_path(request))
    kept = {name: now[name] for name in ("CategoryId", "ContactId", "Name") if name in now}
    return put(ask, request, "Project", {**kept, **(read_body(request) or {})}) if kept else ask(request)


def _reuse_trashed(ask: Ask, request: HttpRequest) -> ApiResponse:
    trashed = fetch(ask, request, "Project", Deleted="1")["Results"]
    return _overwrite(ask, request, max(trashed, key=int)) if trashed else ask(request)


def _overwrite(ask: Ask, request: HttpRequest, project_id: str) -> ApiResponse:
    """Write what was to be created into a project that there is."""
    body = {name: value for name, value in (read_body(request) or {}).items() if name not in _FIXED}
    return put(ask, request, f"Project/{project_id}", {**body, "Deleted": 0})


def _share_one_id() -> Fault:
    made: list[int] = []

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        if made and fetch(ask, request, f"Project/{made[0]}"):
            return _overwrite(ask, request, str(made[0]))
        came = ask(request)
        made[:] = [json.loads(came.body)["Id"]] if came.status == 200 else []
        return came

    return fault


def _write_before_refusing(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    if came.status == 400:
        for name, value in (read_body(request) or {}).items():
            put(ask, request, _read_path(request), {name: value})
    return came


def _create_before_refusing(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    body = read_body(request) or {}
    if came.status == 400:
        put(ask, request, "Project", {name: body[name] for name in (*_FIXED, "Name") if name in body})
    return came


# fmt: off
MUTANTS = (
    mutant("update-blanks-other-fields", "project-update.only-what-is-sent",
           "An update of a project empties the fields that it does not name.",
           at(UPDATE_PROJECT, _blank_others)),
    mutant("update-resets-the-status", "project-update.nothing-else",
           "An update that names no status puts the project back to the first one of its module.",
           at(UPDATE_PROJECT, _reset_status)),
    mutant("update-loses-the-reference", "project-update.nothing-else", "An update loses the project's ReferenceId.",
           at(UPDATE_PROJECT, default_keys(ReferenceId=""))),
    mutant("update-of-unknown-id-creates", "project-update.unknown-id",
           "An update of a project that does not exist creates one.",
           at(UPDATE_PROJECT, retry_refused(404, write=_create_instead))),
    mutant("update-of-unknown-id-succeeds", "project-update.unknown-id",
           "An update of a project that does not exist gets the response of one that was written.",
           at(UPDATE_PROJECT, _succeed_on_unknown)),
    mutant("update-changes-nothing", "project-update.only-what-is-sent",
           "An update of a project is taken and not stored.",
           at(UPDATE_PROJECT, undo)),
    mutant("update-creates", "project-update.no-new-project", "An update of a project makes a changed copy of it.",
           at(UPDATE_PROJECT, _copy)),
    mutant("create-ignores-the-contact", "project-create.stored",
           "A new project goes to the first contact, whatever its ContactId.",
           _with_owners(set_keys, "ContactId", only_where_sent=True)),
    mutant("create-needs-no-contact", "project-create.required", "A project is created without a ContactId.",
           _with_owners(default_keys, "ContactId")),
    mutant("create-needs-no-module", "project-create.required",
           "A project is created without a CategoryId, in the first module.",
           _with_owners(default_keys, "CategoryId")),
    mutant("create-ignores-the-module", "project-create.in-its-module",
           "A new project goes to the first module, whatever its CategoryId.",
           _with_owners(set_keys, "CategoryId", only_where_sent=True)),
    mutant("create-loses-the-reference", "reference-id.detail", "A new project loses its ReferenceId.",
           at(CREATE_PROJECT, drop_keys("ReferenceId"))),
    mutant("create-stores-nothing", "project-create.new-ids", "A create gives an id and stores nothing.",
           at(CREATE_PROJECT, undo)),
    mutant("created-id-off-by-one", "project-create.new-ids",
           "A create gives the id after the one that the entity has.",
           at("PUT [A-Za-z]+", alter_json(lambda made: {"Id": made["Id"] + 1}))),
    mutant("ids-reused-after-trash", "project-create.new-ids",
           "A new project gets the id of a trashed one, which is gone.",
           at(CREATE_PROJECT, _reuse_trashed)),
    mutant("one-id-for-all-creates", "project-create.new-ids", "Each new project takes the place of the last one.",
           at(CREATE_PROJECT, _share_one_id())),
    mutant("refused-update-changes-fields", "project-update.refused-changes-nothing",
           "A refused update has already changed the fields that are good.",
           at(UPDATE_PROJECT, _write_before_refusing)),
    mutant("refused-create-leaves-a-project", "project-create.refused-creates-nothing",
           "A refused create leaves a project with the fields before the bad one.",
           at(CREATE_PROJECT, _create_before_refusing)),
)
# fmt: on
