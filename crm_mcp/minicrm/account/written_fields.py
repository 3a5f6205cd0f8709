"""Fields of a write made into what MiniCRM takes: names to ids, dates to local time, values checked by the schema.

Every method raises an `InputError` for a name, a choice, a date or a value that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.field_values import check_values, show_values
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.account.schema import check_field_names, merge_schemas, resolve_fields
from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, PROJECT
from crm_mcp.minicrm.models import Schema, SchemaField

Values = dict[str, object]


def _schema_of(*fields: SchemaField) -> Schema:
    return {"fields": list(fields), "statuses": {}, "users": {}, "modules": {}}


NO_SCHEMA = _schema_of()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Fields ready to be written, and the schema that holds the labels of their choices."""

    sent: Values
    schema: Schema

    @property
    def shown(self) -> Values:
        """The fields with labels in place of ids."""
        return self.show(self.sent)

    def show(self, fields: Mapping[str, object]) -> Values:
        """Return any fields of the same record with labels in place of ids."""
        return show_values(self.schema, fields)


class WrittenFields:
    """Resolves and checks fields by the account's schemas."""

    def __init__(self, directory: Directory, zone: ZoneInfo) -> None:
        self._directory = directory
        self._zone = zone

    async def of_project(self, module_id: str, fields: Mapping[str, object]) -> Resolved:
        """Resolve fields of a project of one module, or by the schemas of all where none is named."""
        if not fields:
            return Resolved({}, NO_SCHEMA)
        schema = merge_schemas(await self._directory.project_schemas(module_id))
        if "UserId" in fields:
            fields = {**fields, "UserId": await self._directory.user_id(str(fields["UserId"]), module_id)}
        sent = resolve_fields(schema, fields, PROJECT.written, self._zone)
        return Resolved(check_values(schema, sent), schema)

    @staticmethod
    def of_plain_project(fields: Mapping[str, object]) -> Resolved:
        """Check fields of a project that need no schema: its name, trash and reference."""
        return Resolved(check_values(NO_SCHEMA, fields), NO_SCHEMA)

    async def of_contact(self, contact_type: str, fields: Mapping[str, object]) -> Resolved:
        """Resolve fields of a Person or Business."""
        schema = await self._directory.contact_schema(contact_type)
        sent = resolve_fields(schema, fields, CONTACT.written, self._zone)
        return Resolved(check_values(schema, sent), schema)

    async def of_task(self, *, comment: str, deadline: str, user: str, type: str) -> Resolved:  # noqa: A002
        """Resolve fields of a task, without the empty ones; `type` goes unchecked, since no schema lists the types."""
        fields: Values = {
            "Comment": comment,
            "Deadline": parse_local_time(deadline, self._zone, end_of_day=True) if deadline else "",
            "UserId": await self._directory.user_id(user) if user else "",
            "Type": type,
        }
        schema = NO_SCHEMA
        if user:
            users = merge_schemas(await self._directory.project_schemas())["users"]
            schema = _schema_of({"name": "UserId", "type": "UserId", "choices": users})
        return Resolved({name: value for name, value in fields.items() if value != ""}, schema)

    @staticmethod
    def of_address(fields: Mapping[str, object]) -> Resolved:
        """Check fields of an address, of which there is no schema."""
        check_field_names(None, fields, ADDRESS.written)
        flags = _schema_of({"name": "Default", "type": "Boolean"})
        return Resolved(check_values(flags, fields), flags)
