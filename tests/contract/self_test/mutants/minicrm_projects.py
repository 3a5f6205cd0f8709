"""Wrong fakes of MiniCRM: creating, updating and trashing projects."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import projects, store
from mockserver.minicrm.rules import Refusal
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import (
    alter_json,
    alter_project_writes,
    gives_always,
    replaces,
    replaces_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Project

Body = dict[str, object]


def _send(call: Call, target: str, body: Body) -> Call:
    """Return a call with another target and body."""
    return replace(call, target=target, body=json.dumps(body).encode())


@wrong_fake("minicrm.update-blanks-other-fields", "minicrm.project-update.only-what-is-sent")
def blank_others(patch: pytest.MonkeyPatch) -> None:
    """An update of a project empties the fields that it does not name."""
    alter_project_writes(patch, lambda project, _body: project.fields.clear())


@wrong_fake("minicrm.update-resets-the-status", "minicrm.project-update.nothing-else")
def reset_status(patch: pytest.MonkeyPatch) -> None:
    """An update that names no status puts the project back to the first one of its module."""

    @replaces(patch, projects, "_write")
    def write(original: Callable[..., None], call: Call, project: Project, module: Any, body: Body) -> None:
        if project.id and "StatusId" not in body:
            project.status_id = next(iter(module.statuses), None)
        original(call, project, module, body)


@wrong_fake("minicrm.update-loses-the-reference", "minicrm.project-update.nothing-else")
def lose_reference(patch: pytest.MonkeyPatch) -> None:
    """An update loses the project's ReferenceId."""

    def change(project: Project, body: Body) -> None:
        if project.id and "ReferenceId" not in body:
            project.reference_id = None

    alter_project_writes(patch, change)


@wrong_fake("minicrm.update-of-unknown-id-creates", "minicrm.project-update.unknown-id")
def create_unknown(patch: pytest.MonkeyPatch) -> None:
    """An update of a project that does not exist creates one."""

    @replaces_endpoint(patch, "Project/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        try:
            return original(call)
        except Refusal as refusal:
            if refusal.rule.status != 404:
                raise
            owners = {"CategoryId": next(iter(call.account.modules)), "ContactId": _find_a_contact(call)}
            return projects.create_project(_send(call, "", {**owners, **json.loads(call.body)}))


def _find_a_contact(call: Call) -> int:
    return call.connection.execute("SELECT min(id) FROM minicrm_contact").fetchone()[0]


@wrong_fake("minicrm.update-of-unknown-id-succeeds", "minicrm.project-update.unknown-id")
def succeed_on_unknown(patch: pytest.MonkeyPatch) -> None:
    """An update of a project that does not exist is answered as though it had been written."""

    @replaces_endpoint(patch, "Project/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        try:
            return original(call)
        except Refusal as refusal:
            if refusal.rule.status != 404 or not call.target.isdigit():
                raise
            return {"Id": int(call.target)}


@wrong_fake("minicrm.update-changes-nothing", "minicrm.project-update.refused-changes-nothing")
def change_nothing(patch: pytest.MonkeyPatch) -> None:
    """An update of a project is answered and not stored."""

    @replaces_endpoint(patch, "Project/{id}", "PUT")
    def update(_original: object, call: Call) -> object:
        return {"Id": call.read_target(store.Project).id}


@wrong_fake("minicrm.update-creates", "minicrm.project-update.no-new-project")
def create_always(patch: pytest.MonkeyPatch) -> None:
    """An update of a project makes a changed copy of it."""

    @replaces_endpoint(patch, "Project/{id}", "PUT")
    def update(original: Callable[[Call], Any], call: Call) -> object:
        before = call.read_target(store.Project)
        answer = original(call)
        after = call.read_target(store.Project)
        store.save_row(call.connection, before)
        after.id = store.take_next_id(call.connection, "project")
        store.save_row(call.connection, after)
        return {**answer, "Id": after.id}


@wrong_fake("minicrm.create-ignores-the-contact", "minicrm.project-create.stored")
def ignore_contact(patch: pytest.MonkeyPatch) -> None:
    """A new project goes to the first contact, whatever its ContactId."""

    @replaces_endpoint(patch, "Project", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        body = call.read_body()
        if "ContactId" in body:
            body["ContactId"] = _find_a_contact(call)
        return original(_send(call, "", body))


@wrong_fake("minicrm.create-needs-no-contact", "minicrm.project-create.required")
def need_no_contact(patch: pytest.MonkeyPatch) -> None:
    """A project is created without a ContactId."""

    @replaces_endpoint(patch, "Project", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        return original(_send(call, "", {"ContactId": _find_a_contact(call), **call.read_body()}))


@wrong_fake("minicrm.create-needs-no-module", "minicrm.project-create.required")
def need_no_module(patch: pytest.MonkeyPatch) -> None:
    """A project is created without a CategoryId, in the first module."""

    @replaces_endpoint(patch, "Project", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        return original(_send(call, "", {"CategoryId": next(iter(call.account.modules)), **call.read_body()}))


@wrong_fake("minicrm.create-ignores-the-module", "minicrm.project-create.in-its-module")
def ignore_module(patch: pytest.MonkeyPatch) -> None:
    """A new project goes to the first module, whatever its CategoryId."""

    @replaces(patch, projects, "_read_owners")
    def read_owners(original: Callable[..., Any], call: Call, body: Body) -> Any:
        _, contact = original(call, body)
        return next(iter(call.account.modules.values())), contact


@wrong_fake("minicrm.create-loses-the-reference", "minicrm.reference-id.detail")
def lose_new_reference(patch: pytest.MonkeyPatch) -> None:
    """A new project loses its ReferenceId."""

    def change(project: Project, body: Body) -> None:
        if not project.id:
            body.pop("ReferenceId", None)

    alter_project_writes(patch, change)


@wrong_fake("minicrm.create-stores-nothing", "minicrm.project-create.new-ids")
def store_nothing(patch: pytest.MonkeyPatch) -> None:
    """A create is answered with an id and stores nothing."""

    @replaces(patch, projects, "_save")
    def save(original: Callable[..., None], call: Call, project: Project) -> None:
        if store.read_row(call.connection, store.Project, project.id):
            original(call, project)


@wrong_fake("minicrm.created-id-off-by-one", "minicrm.project-create.new-ids")
def tell_the_next_id(patch: pytest.MonkeyPatch) -> None:
    """A create answers the id after the one that it gave."""

    def change(request: ApiRequest, answer: Any) -> Any:
        is_create = request.method == "PUT" and not request.path.rpartition("/")[2].isdigit()
        return {"Id": answer["Id"] + 1} if is_create else answer

    alter_json(patch, "minicrm", change)


@wrong_fake("minicrm.ids-reused-after-trash", "minicrm.project-create.new-ids")
def reuse_ids(patch: pytest.MonkeyPatch) -> None:
    """A new project gets the id of a trashed one, which is gone."""

    @replaces(patch, projects, "take_next_id")
    def take_next_id(original: Callable[..., int], connection: Any, kind: Any) -> int:
        row = connection.execute("SELECT max(id) FROM minicrm_project WHERE deleted = 1").fetchone()
        return row[0] or original(connection, kind)


@wrong_fake("minicrm.one-id-for-all-creates", "minicrm.project-create.new-ids")
def share_one_id(patch: pytest.MonkeyPatch) -> None:
    """Each new project takes the place of the last one."""

    @replaces(patch, projects, "take_next_id")
    def take_next_id(original: Callable[..., int], connection: Any, kind: Any) -> int:
        chosen = original(connection, kind)
        connection.execute("UPDATE minicrm_next_id SET id = ? WHERE kind = ?", (chosen, kind))
        return chosen

    gives_always(patch, store, "count_rows", 0)


@wrong_fake("minicrm.refused-update-changes-fields", "minicrm.project-update.refused-changes-nothing")
def commit_before_refusing(patch: pytest.MonkeyPatch) -> None:
    """A refused update has already changed the fields before the bad one."""

    @replaces_endpoint(patch, "Project/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        try:
            return original(call)
        except Refusal:
            with suppress(Exception):
                for name, value in json.loads(call.body).items():
                    with suppress(Refusal):
                        original(_send(call, call.target, {name: value}))
            call.connection.execute("COMMIT")
            call.connection.execute("BEGIN")
            raise


@wrong_fake("minicrm.refused-create-leaves-a-project", "minicrm.project-create.refused-creates-nothing")
def create_before_refusing(patch: pytest.MonkeyPatch) -> None:
    """A refused create leaves a project with the fields before the bad one."""

    @replaces_endpoint(patch, "Project", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        try:
            return original(call)
        except Refusal:
            with suppress(Exception):
                body: Body = json.loads(call.body)
                original(_send(call, "", {name: body[name] for name in ("CategoryId", "ContactId", "Name")}))
            call.connection.execute("COMMIT")
            call.connection.execute("BEGIN")
            raise


@wrong_fake("minicrm.full-text-not-kept", "minicrm.project-search.new-name")
def forget_words(patch: pytest.MonkeyPatch) -> None:
    """A project that is created or renamed is not found by its new name."""
    gives_always(patch, projects, "save_words", None)


@wrong_fake("minicrm.updates-not-noted", "minicrm.updated-since.after-a-write")
def note_no_update(patch: pytest.MonkeyPatch) -> None:
    """An update does not move the moment that UpdatedSince asks for."""

    @replaces(patch, projects, "_write")
    def write(original: Callable[..., None], call: Call, project: Project, *rest: Any) -> None:
        before = project.updated_at
        original(call, project, *rest)
        project.updated_at = before if project.id else project.updated_at
