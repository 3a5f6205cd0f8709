"""Names and ids of one account: modules, statuses, users and types of tasks, with the schemas that list them.

MiniCRM lists users and statuses nowhere but in the schemas (observed), and types of tasks nowhere at all: only the
detail of a task tells the label of its type. Everything is read when it is first needed and cached for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Literal, cast

from crm_mcp.crm.expiring import CACHE_TTL_S, ExpiringMap, TtlCache
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.crm.name_matching import UnknownChoiceError, folded, resolve_choice, shown, unknown_choice
from crm_mcp.crm.wording import listing
from crm_mcp.errors import CrmError, InputError, RateLimitedError, RefusedError, UnknownModuleError
from crm_mcp.minicrm.account.contact_names import ContactNames
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import Module, Project, Schema, SchemaField, Task

MOST_TYPES_READ = 5
"""Most types of tasks whose labels are read for one list, each by a task of that type."""


class Directory:
    """Resolves names to ids and ids to labels.

    Args:
        client: Reads the account.
        me: The user's own name or id, empty where it is not set.
        labels: What people call fields.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        client: MinicrmClient,
        *,
        me: str = "",
        labels: FieldLabels = NO_LABELS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.labels = labels
        self._client = client
        self._me = me
        self.contact_names = ContactNames(client, clock)
        self._modules = TtlCache[list[Module]](lambda _: client.list_modules(), clock)
        self._project_schemas = TtlCache[Schema](client.get_project_schema, clock)
        self._readable_schemas = TtlCache[Sequence[Schema]](self._schema_if_readable, clock)
        self._contact_schemas = TtlCache[Schema](client.get_contact_schema, clock)
        self._type_labels = ExpiringMap[str, str](CACHE_TTL_S, clock=clock)

    async def modules(self) -> dict[str, str]:
        """Return the names of the modules by id."""
        return {module["id"]: module["name"] for module in await self._modules.get("")}

    async def module_id(self, module: str) -> str:
        """Return the id of a module given by name or id.

        Raises:
            UnknownModuleError: There is no such module.
            InputError: Several have that name.
        """
        try:
            return resolve_choice("module", module, await self.modules())
        except UnknownChoiceError as error:
            raise UnknownModuleError(str(error.args[0]), module=module, hint=error.hint) from None

    async def project_schema(self, module_id: str) -> Schema:
        """Return the fields of a module's projects."""
        return await self._project_schemas.get(module_id)

    async def contact_schema(self, contact_type: str) -> Schema:
        """Return the fields of `Person` or `Business`."""
        return await self._contact_schemas.get(contact_type)

    def forget_schemas(self) -> None:
        """Have modules and schemas read again when they are next needed."""
        for cache in (self._modules, self._project_schemas, self._readable_schemas, self._contact_schemas):
            cache.clear()

    async def project_schemas(self, module_id: str = "") -> list[Schema]:
        """Return the schema of one module, or of all that can be read when none is named."""
        if module_id:
            return [await self.project_schema(module_id)]
        return [schema for one in await self.modules() for schema in await self._readable_schemas.get(one)]

    async def merged_project_schema(self, module_id: str = "") -> Schema:
        """Return all that the schema of one module holds, or those of all that can be read."""
        return merge_schemas(await self.project_schemas(module_id))

    async def merged_contact_schema(self, contact_type: str = "") -> Schema:
        """Return the fields of `Person` or `Business`, or of both."""
        types = [contact_type] if contact_type else CONTACT_TYPES
        return merge_schemas([await self.contact_schema(one) for one in types])

    async def readable_schema(self, module_id: str) -> Schema | None:
        """Return the fields of a module's projects; None where it has no schema or the login may not read it."""
        return next(iter(await self._readable_schemas.get(module_id)), None)

    async def _schema_if_readable(self, module_id: str) -> Sequence[Schema]:
        try:
            return [await self.project_schema(module_id)]
        except RateLimitedError:
            raise
        except RefusedError:
            return []

    async def user_id(self, user: str, module_id: str = "") -> str:
        """Return the id of a user given by id, "me", the name, or a part of it that no other user's has.

        Raises:
            InputError: No schema lists this user, several have that name, or nobody is "me".
        """
        if user.casefold() == "me":
            if not self._me:
                raise InputError("No user is configured as 'me'.", hint="Name the user, or set MINICRM_USER.")
            user = self._me
        users = (await self.merged_project_schema(module_id))["users"]
        try:
            return resolve_choice("user", user, users, by_part=True)
        except UnknownChoiceError:
            if not module_id:
                raise
        raise await self._explain_choice("user", user, users, module_id)

    async def status_id(self, status: str, module_id: str = "") -> str:
        """Return the id of a status given by label or id; without a module, of the one module that has it.

        Raises:
            InputError: No module has it, or several do.
        """
        statuses = (await self.merged_project_schema(module_id))["statuses"]
        try:
            return resolve_choice("status", status, statuses)
        except InputError:
            same = [one for one, label in statuses.items() if folded(label) == folded(status)]
            if len(same) < 2 and module_id:
                raise await self._explain_choice("status", status, statuses, module_id) from None
            if len(same) < 2 or module_id:
                raise
        schemas = [(name, await self.readable_schema(one)) for one, name in (await self.modules()).items()]
        places = {status_id: name for name, schema in schemas if schema for status_id in schema["statuses"]}
        raise InputError(
            f"status: {len(same)} statuses are called {status!r}.",
            hint=f"Name the module, or give the id: {', '.join(f'{one} ({places.get(one)})' for one in same)}.",
        )

    async def resolve_status_and_user(self, fields: Mapping[str, object], module_id: str = "") -> dict[str, object]:
        """Return fields of projects whose status and user are ids; see `status_id` and `user_id`."""
        resolved = dict(fields)
        for name, resolve in (("StatusId", self.status_id), ("UserId", self.user_id)):
            if resolved.get(name) not in (None, ""):
                resolved[name] = await resolve(str(resolved[name]), module_id)
        return resolved

    async def _explain_choice(
        self, what: Literal["status", "user"], value: str, choices: Mapping[str, str], module_id: str
    ) -> InputError:
        """Return the error for a status or user that a module does not have: with the modules that have it."""
        modules = await self.modules()
        own = modules.get(module_id, module_id)
        places: list[str] = []
        for one, name in modules.items():
            schema = None if one == module_id else await self.readable_schema(one)
            known = {} if schema is None else schema["statuses" if what == "status" else "users"]
            with suppress(InputError):
                choice = resolve_choice(what, value, known, by_part=what == "user")
                places.append(f"{name} has {known[choice]} ({choice})")
        error = unknown_choice(f"{what} of {own}", value, choices)
        if not places:
            return error
        return InputError(f"{own} has no {what} {shown(value)}; {listing(places, 3)}.", hint=error.hint)

    async def add_labels(self, rows: Sequence[Project] | Sequence[Task], module_id: str = "") -> None:
        """Add the labels of status and user to rows, which have ids alone, and without a module the module's name.

        Schemas are read one by one, the module's own first, until every row has its labels: a status belongs to one
        module, but not every module lists every user (observed). Rows stay without labels where the CRM refuses.
        """
        with suppress(CrmError):
            if module_id:
                _add_schema_labels(rows, await self.readable_schema(module_id))
            elif any("module_id" in row for row in rows):
                names = await self.modules()
                for row in rows:
                    _set_absent(row, "module", names.get(str(row.get("module_id"))))
            if any(map(_lacks_label, rows)):
                await self._add_labels_of_others(rows, module_id)

    async def _add_labels_of_others(self, rows: Sequence[Project] | Sequence[Task], module_id: str) -> None:
        for one, name in (await self.modules()).items():
            if one != module_id:
                _add_schema_labels(rows, await self.readable_schema(one), "" if module_id else name)
            if not any(map(_lacks_label, rows)):
                return

    async def add_type_labels(self, tasks: Sequence[Task]) -> None:
        """Add the label of its type to each task that has an id alone; one that cannot be read stays without."""
        unlabelled = [task for task in tasks if "type_id" in task and "type" not in task]
        unknown = {task["type_id"]: task["id"] for task in unlabelled if not self._type_labels.get(task["type_id"])}
        with suppress(CrmError):
            read = await map_bounded(list(unknown.values())[:MOST_TYPES_READ], self._client.get_task)
            for type_id, task in zip(unknown, read, strict=False):
                self._type_labels.put(type_id, task.get("type", ""))
        for task in unlabelled:
            _set_absent(task, "type", self._type_labels.get(task["type_id"]))


def _lacks_label(row: Mapping[str, object]) -> bool:
    return ("status_id" in row and "status" not in row) or ("user_id" in row and "user" not in row)


def _add_schema_labels(rows: Sequence[Project] | Sequence[Task], schema: Schema | None, module: str = "") -> None:
    """Add the labels that one schema holds, and `module`, its name, to rows whose status it lists."""
    if schema is None:
        return
    for row in rows:
        status = schema["statuses"].get(str(row.get("status_id")))
        _set_absent(row, "status", status)
        _set_absent(row, "module", module if status else "")
        _set_absent(row, "user", schema["users"].get(str(row.get("user_id"))))


def _set_absent(row: Project | Task, key: str, label: str | None) -> None:
    if label:
        cast("dict[str, object]", row).setdefault(key, label)


def merge_schemas(schemas: Iterable[Schema]) -> Schema:
    """Return one schema with all that several hold; a field's choices are joined."""
    whole: Schema = {"fields": [], "statuses": {}, "users": {}, "modules": {}}
    by_name: dict[str, SchemaField] = {}
    for schema in schemas:
        for kind in ("statuses", "users", "modules"):
            whole[kind] |= schema[kind]
        for field in schema["fields"]:
            known = by_name.setdefault(field["name"], field.copy())
            if "choices" in field:
                known["choices"] = {**known.get("choices", {}), **field["choices"]}
    whole["fields"] = list(by_name.values())
    return whole
