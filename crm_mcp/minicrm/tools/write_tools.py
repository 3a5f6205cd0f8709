"""The MiniCRM tools that write: what a model reads of each, and the draft it works out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Id, Text
from crm_mcp.mcp.tool import CREATE, UPDATE, CrmTool
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.field_values import read_flag
from crm_mcp.minicrm.account.written_fields import Resolved, WrittenFields
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.search.criteria import ContactType, Module, User
from crm_mcp.minicrm.tools.arguments import (
    ApiFields,
    Closed,
    Deadline,
    Ids,
    refuse_trashed,
    refuse_twice,
)
from crm_mcp.minicrm.tools.duplicates import CreatedRecordSearch, describe_duplicates
from crm_mcp.minicrm.tools.targets import API_NAMES, Creation, Record, Updates
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.requests import (
    build_create_address,
    build_create_contact,
    build_create_project,
    build_create_task,
    build_update_address,
    build_update_contact,
    build_update_project,
)
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.tool import WriteTool

_PLAIN = frozenset({"Name", "Deleted", "ReferenceId"})
"""Fields of a project whose values need no schema to be checked."""
_FITS_ANY_SCHEMA = 100
"""Characters of a text that fit each schema seen: the shortest name is Text(128) (documented)."""
_TYPE_IS_UNCHECKED = ("No schema lists the types of tasks: MiniCRM itself will judge `type`.",)
_TASK_NAMES: Mapping[str, str] = {**API_NAMES, "status": "Status"}


class WriteTools:
    """The tools that create and change projects, contacts, tasks and addresses."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo, writer: SafeWriter) -> None:
        self._client = client
        self._directory = directory
        self._fields = WrittenFields(directory, zone)
        self._writer = writer
        find = CreatedRecordSearch(client)
        self._new_projects = Creation("MiniCRM project", client.create_project, self._with_contact, find.of_project)
        self._new_tasks = Creation("MiniCRM task", client.create_task, self._with_project, find.of_task)
        self._new_addresses = Creation("MiniCRM address", client.create_address, self._with_contact, find.of_address)
        self._new_contacts = Creation(
            "MiniCRM contact", client.create_contact, self._without_double, find.of_contact, lock=asyncio.Lock()
        )
        self._projects = Updates("MiniCRM project", client.get_project, client.update_project, self._project_fields)
        self._contacts = Updates("MiniCRM contact", client.get_contact, client.update_contact, self._contact_fields)
        self._tasks = Updates("MiniCRM task", client.get_task, client.update_task, self._task_fields, _TASK_NAMES)
        self._addresses = Updates("MiniCRM address", client.get_address, client.update_address, self._address_fields)

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        build, writer = WriteTool.build, self._writer
        return (
            build(self.create_project, writer, title="Create a MiniCRM project", annotations=CREATE),
            build(self.update_project, writer, title="Update MiniCRM projects", annotations=UPDATE, is_bulk=True),
            build(self.create_contact, writer, title="Create a MiniCRM contact", annotations=CREATE),
            build(self.update_contact, writer, title="Update MiniCRM contacts", annotations=UPDATE, is_bulk=True),
            build(self.create_task, writer, title="Create a MiniCRM task", annotations=CREATE),
            build(self.update_task, writer, title="Update or close MiniCRM tasks", annotations=UPDATE, is_bulk=True),
            build(self.create_address, writer, title="Create a MiniCRM address", annotations=CREATE),
            build(self.update_address, writer, title="Update a MiniCRM address", annotations=UPDATE),
        )

    async def create_project(self, module: Module, contact_id: Id, name: Text = "", fields: ApiFields = {}) -> Draft:  # noqa: B006
        """Create a project (card) for a contact in a MiniCRM module."""
        given = {"ContactId": check_id("contact_id", contact_id), **({"Name": name} if name else {})}
        refuse_twice({"CategoryId": "", **given}, fields)
        refuse_trashed(fields)
        module_id = await self._directory.module_id(module)
        asked = {**fields, "Name": name} if len(name) > _FITS_ANY_SCHEMA else fields
        resolved = await self._fields.of_project(module_id, asked)
        sent: dict[str, object] = {**given, "CategoryId": module_id, **resolved.sent}
        build_create_project(sent)
        return Draft(self._new_projects, [Change(sent, {**sent, "CategoryId": module, **resolved.shown})])

    async def update_project(self, project_id: Id = "", fields: ApiFields = {}, project_ids: Ids = []) -> Draft:  # noqa: B006
        """Change fields of a MiniCRM project, or of several; fields not named stay.

        `Deleted: 1` moves to the trash, 0 back.
        """
        ids = _one_or_several("project_id", project_id, project_ids)
        build_update_project(ids[0], fields)  # refuses what can be refused without asking
        return _changes_of(self._projects, ids, fields, several=bool(project_ids), needs_refresh=not _is_plain(fields))

    async def create_contact(
        self,
        type: ContactType,  # noqa: A002
        fields: ApiFields,
        allow_duplicate: bool = False,
    ) -> Draft:
        """Create a MiniCRM contact: a Person needs FirstName or LastName, a Business needs Name.

        One whose email or phone is there already is refused, naming it.
        """
        contact_type = resolve_choice("type", type, CONTACT_TYPES)
        refuse_twice({"Type": contact_type}, fields)
        refuse_trashed(fields)
        resolved = await self._fields.of_contact(contact_type, fields)
        sent: dict[str, object] = {"Type": contact_type, **resolved.sent}
        build_create_contact(sent)
        target = replace(self._new_contacts, look=_take_as_it_is) if allow_duplicate else self._new_contacts
        change = Change(sent, {"Type": contact_type, **resolved.shown})
        return Draft(target, [change], needs_refresh=not allow_duplicate)

    async def update_contact(self, contact_id: Id = "", fields: ApiFields = {}, contact_ids: Ids = []) -> Draft:  # noqa: B006
        """Change fields of a MiniCRM contact, or of several; fields not named stay as they are."""
        ids = _one_or_several("contact_id", contact_id, contact_ids)
        build_update_contact(ids[0], fields)  # refuses what can be refused without asking
        return _changes_of(self._contacts, ids, fields, several=bool(contact_ids), needs_refresh=True)

    async def create_task(
        self,
        project_id: Id,
        comment: Text,
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
    ) -> Draft:
        """Create a task on a MiniCRM project. `type` is a task type's id or label."""
        if not comment.strip():
            raise InputError("A task needs a comment.", hint="Say in `comment` what is to be done.")
        owner: dict[str, object] = {"ProjectId": check_id("project_id", project_id)}
        resolved = await self._fields.of_task(comment=comment, deadline=deadline, user=user, type=type)
        build_create_task({**owner, **resolved.sent})
        change = Change({**owner, **resolved.sent}, {**owner, **resolved.shown})
        return Draft(self._new_tasks, [change], warnings=_TYPE_IS_UNCHECKED if type else ())

    async def update_task(
        self,
        task_id: Id = "",
        comment: Text = "",
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
        status: Closed = "",
        task_ids: Ids = [],  # noqa: B006
    ) -> Draft:
        """Change an open MiniCRM task, or several, or close with `status`. A closed task cannot be opened again."""
        ids = _one_or_several("task_id", task_id, task_ids)
        resolved = await self._fields.of_task(comment=comment, deadline=deadline, user=user, type=type)
        sent = resolved.sent
        if status:
            if status.casefold() != "closed":
                raise InputError(
                    "A task can only be closed; MiniCRM does not open one again.", hint="Create a new one."
                )
            sent["Status"] = "Closed"
        if not sent:
            raise InputError("There is nothing to change.", hint="Give comment, deadline, user, type or status.")
        draft = _changes_of(self._tasks, ids, sent, several=bool(task_ids))
        return replace(draft, warnings=_TYPE_IS_UNCHECKED if type else ())

    async def create_address(self, contact_id: Id, name: Text, fields: ApiFields = {}) -> Draft:  # noqa: B006
        """Create an address; `fields`: Type, CountryId (the country's name), PostalCode, City, Address, Default."""
        given: dict[str, object] = {"ContactId": contact_id, "Name": name}
        refuse_twice(given, fields)
        sent = {**given, **self._fields.of_address(fields).sent}
        build_create_address(sent)
        return Draft(self._new_addresses, [Change(sent, sent)])

    async def update_address(self, address_id: Id, fields: ApiFields) -> Draft:
        """Change fields of a MiniCRM address: Name, Type, CountryId, PostalCode, City, Address, Default."""
        sent = self._fields.of_address(fields).sent
        build_update_address(address_id, sent)
        return _changes_of(self._addresses, [address_id], sent)

    async def _project_fields(self, project: Record, fields: Mapping[str, object]) -> Resolved:
        if _is_plain(fields):
            return self._fields.of_plain_project(fields)
        return await self._fields.of_project(str(project.get("module_id") or ""), fields)

    async def _contact_fields(self, contact: Record, fields: Mapping[str, object]) -> Resolved:
        return await self._fields.of_contact(str(contact.get("type") or "Person"), fields)

    async def _task_fields(self, _: Record, fields: Mapping[str, object]) -> Resolved:
        """Resolve once more what is resolved already, for the labels."""
        texts = {name.lower(): str(fields.get(name, "")) for name in ("Comment", "Deadline", "Type")}
        resolved = await self._fields.of_task(**texts, user=str(fields.get("UserId", "")))
        return Resolved(dict(fields), resolved.schema)

    async def _address_fields(self, _: Record, fields: Mapping[str, object]) -> Resolved:
        return self._fields.of_address(fields)

    async def _with_contact(self, change: Change) -> Change:
        contact = await self._client.get_contact(str(change.sent["ContactId"]))
        return replace(change, shown={**change.shown, "ContactId": contact["name"]})

    async def _with_project(self, change: Change) -> Change:
        project = await self._client.get_project(str(change.sent["ProjectId"]))
        return replace(change, shown={**change.shown, "ProjectId": project["name"]})

    async def _without_double(self, change: Change) -> Change:
        return replace(change, problem=await describe_duplicates(self._client, change.sent))


async def _take_as_it_is(change: Change) -> Change:
    """Stand where others ask the CRM."""
    return change


def _is_plain(fields: Mapping[str, object]) -> bool:
    """Tell whether fields of a project fit without a look at its module's schema."""
    return _PLAIN.issuperset(fields) and all(len(str(value)) <= _FITS_ANY_SCHEMA for value in fields.values())


def _one_or_several(name: str, one: str, several: Sequence[str]) -> list[str]:
    if bool(one) == bool(several):
        raise InputError(f"Give either {name} or {name}s.", hint=f"{name}s is for several at once.")
    ids = [check_id(name, each) for each in several or [one]]
    if twice := next((each for each in ids if ids.count(each) > 1), ""):
        raise InputError(f"{name}s names {twice} twice.", hint="Name each once.")
    return ids


def _changes_of(
    target: Updates,
    ids: Sequence[str],
    fields: Mapping[str, object],
    *,
    several: bool = False,
    needs_refresh: bool = False,
) -> Draft:
    """Draft the same changes of each of these records."""
    sent = {name: read_flag(name, value) if name == "Deleted" else value for name, value in fields.items()}
    changes = [Change(sent, sent, record_id=one) for one in ids]
    trashes = sent.get("Deleted") == 1
    return Draft(target, changes, is_batch=several, needs_refresh=needs_refresh, trashes=trashes)
