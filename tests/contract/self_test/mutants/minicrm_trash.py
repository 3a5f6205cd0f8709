"""Wrong fakes of MiniCRM: trashing projects, and the fields of a project that an update may not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.minicrm import projects, store
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_project_writes, gives_always, replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Project


@wrong_fake("minicrm.update-restores", "minicrm.project-update.nothing-else")
def restore_on_update(patch: pytest.MonkeyPatch) -> None:
    """An update that does not name Deleted takes the project out of the trash."""

    def change(project: Project, body: dict[str, object]) -> None:
        if "Deleted" not in body:
            project.deleted = 0

    alter_project_writes(patch, change)


@wrong_fake("minicrm.trash-deletes", "minicrm.project-search.trash-hidden-by-query")
def delete_trash(patch: pytest.MonkeyPatch) -> None:
    """A trashed project is gone: it can be neither read nor restored."""

    @replaces(patch, projects, "_save")
    def save(original: Callable[..., None], call: Call, project: Project) -> None:
        original(call, project)
        if project.deleted:
            call.connection.execute("DELETE FROM minicrm_project WHERE id = ?", (project.id,))


@wrong_fake("minicrm.trash-cannot-be-restored", "minicrm.project-search.trash-hidden-by-query")
def keep_trash(patch: pytest.MonkeyPatch) -> None:
    """A trashed project stays in the trash, whatever is written."""

    def change(project: Project, body: dict[str, object]) -> None:
        if project.deleted:
            body["Deleted"] = 1

    alter_project_writes(patch, change)


@wrong_fake("minicrm.deleted-ignored-on-writing", "minicrm.project-search.trash-hidden-by-query")
def trash_nothing(patch: pytest.MonkeyPatch) -> None:
    """Deleted is ignored on writing: nothing is ever trashed."""
    alter_project_writes(patch, lambda _project, body: body.update(Deleted=0))


@wrong_fake("minicrm.module-changes", "minicrm.project-update.module-stays")
def change_module(patch: pytest.MonkeyPatch) -> None:
    """An update moves a project to another module."""

    @replaces(patch, projects, "_change_owner")
    def change_owner(original: Callable[..., None], call: Call, project: Project, name: str, given: Any) -> None:
        if name == "CategoryId" and given in call.account.modules:
            project.category_id = given
        else:
            original(call, project, name, given)


@wrong_fake("minicrm.contact-changes", "minicrm.project-update.contact-stays")
def change_contact(patch: pytest.MonkeyPatch) -> None:
    """An update gives a project to any other contact."""

    @replaces(patch, projects, "_change_owner")
    def change_owner(original: Callable[..., None], call: Call, project: Project, name: str, given: Any) -> None:
        if name == "ContactId" and store.read_row(call.connection, store.Contact, given):
            project.contact_id = given
        else:
            original(call, project, name, given)


@wrong_fake("minicrm.fixed-fields-dropped", "minicrm.project-update.contact-stays")
def drop_fixed(patch: pytest.MonkeyPatch) -> None:
    """An update of CategoryId or ContactId is answered with 200 and changes nothing."""
    gives_always(patch, projects, "_change_owner", None)
