"""What the skill tells of an account: the modules of each CRM with statuses, users and fields that have choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_mcp.errors import RateLimitedError, RefusedError

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector, FieldDescription, Module, ModuleDescription


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """One module, or one of the kinds of record beside the modules.

    Attributes:
        table: Its table in the replica; empty where that is not known.
        is_readable: Whether the login may read its schema.
    """

    id: str
    name: str
    table: str
    statuses: Mapping[str, str]
    users: Mapping[str, str]
    fields: Sequence[FieldDescription]
    note: str
    is_readable: bool = True

    @property
    def choice_fields(self) -> Sequence[FieldDescription]:
        """The fields that take one of a few values."""
        return [one for one in self.fields if one.get("choices")]

    @property
    def named_fields(self) -> Sequence[FieldDescription]:
        """The fields that people have a name of their own for."""
        return [one for one in self.fields if one.get("label")]


@dataclass(frozen=True, slots=True)
class CrmFacts:
    """One CRM; `kinds` are what `describe_module` takes beside modules."""

    name: str
    title: str
    texts: str
    modules: Sequence[ModuleFacts]
    kinds: Sequence[ModuleFacts]

    @property
    def users(self) -> Mapping[str, str]:
        """Everybody whom a module lists, by id."""
        return {user_id: name for module in self.modules for user_id, name in module.users.items()}


async def read_facts(connectors: Sequence[Connector]) -> list[CrmFacts]:
    """Read what the skill tells of each CRM.

    Raises:
        CrmError: A CRM does not answer, or refuses more than the schema of single modules.
    """
    return [await _read_crm(connector) for connector in connectors]


async def _read_crm(connector: Connector) -> CrmFacts:
    modules = [await _describe(connector, module) for module in await connector.list_modules()]
    kinds = [await _describe(connector, {"id": one, "name": one}) for one in connector.beside_modules]
    return CrmFacts(connector.name, connector.title, connector.skill_texts, modules, kinds)


async def _describe(connector: Connector, module: Module) -> ModuleFacts:
    """Describe a module; one whose schema the login may not read is named alone."""
    try:
        description = await connector.describe_module(module["id"])
    except RateLimitedError:
        raise
    except RefusedError:
        return ModuleFacts(module["id"], module["name"], "", {}, {}, (), "", is_readable=False)
    return _facts(module, description)


def _facts(module: Module, described: ModuleDescription) -> ModuleFacts:
    return ModuleFacts(
        module["id"],
        module["name"],
        str(described.get("table", "")),
        described.get("statuses", {}),
        described.get("users", {}),
        described["fields"],
        described.get("note", ""),
    )
