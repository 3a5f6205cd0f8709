"""The two tools that every CRM shares: which modules there are, and what their records hold.

They take `crm` only where there is a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import FieldNames, Id
from crm_mcp.mcp.connector import Connector, FieldDescription, Module, ModuleDescription, ModuleList
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.rendering.shortening import MAX_ANSWER_BYTES, size_of

_MOST_NAMES = 200
"""Most statuses or users of a description that is too long otherwise."""

_ENVELOPE = 200


class ModuleTools:
    """`list_modules` and `describe_module` over all connected CRMs.

    Where one is connected `crm` is listed nowhere, but its name is taken.
    """

    def __init__(self, connectors: Sequence[Connector]) -> None:
        self._connectors = {connector.name: connector for connector in connectors}

    def all(self) -> Sequence[CrmTool]:
        """Return both tools; none where no CRM is connected."""
        if not self._connectors:
            return ()
        one = len(self._connectors) == 1
        unlisted = ("crm",) if one else ()
        tools = (
            build_tool(
                self.list_modules if one else self.list_modules_of,
                name="list_modules",
                title="List modules",
                annotations=READ,
                unlisted=unlisted,
            ),
            build_tool(
                self.describe_module if one else self.describe_module_of,
                name="describe_module",
                title="Describe a module",
                annotations=READ,
                unlisted=unlisted,
            ),
        )
        tools[1].parameters["properties"]["module"]["description"] = self._how_modules_are_named()
        if len(self._connectors) == 2:
            tools[0].description = tools[0].description.replace("all CRMs", "both CRMs")
        if not one:
            for tool in tools:
                tool.parameters["properties"]["crm"]["enum"] = list(self._connectors)
        return tools

    def _how_modules_are_named(self) -> str:
        ways = ["name or id"]
        for connector in self._connectors.values():
            if connector.beside_modules:
                where = f"in {connector.title} " if len(self._connectors) > 1 else ""
                ways.append(f"{where}also {' or '.join(connector.beside_modules)}")
        return "; ".join(ways)

    async def list_modules(self, crm: Id = "") -> ModuleList:
        """List the modules with their ids. Start here."""
        return await self.list_modules_of(crm)

    async def list_modules_of(self, crm: Id = "") -> ModuleList:
        """List the modules of all CRMs, or of one, with their ids. Start here."""
        asked = [self._connector(crm)] if crm else list(self._connectors.values())
        return {"items": [module for connector in asked for module in await self._modules(connector)]}

    async def describe_module(self, module: Id, fields: FieldNames = [], crm: Id = "") -> ModuleDescription:  # noqa: B006
        """Read a module's fields with types and choices, its statuses and users.

        Call it before you filter by a field or write one.
        """
        return await self.describe_module_of(crm or next(iter(self._connectors)), module, fields)

    async def describe_module_of(self, crm: Id, module: Id, fields: FieldNames = []) -> ModuleDescription:  # noqa: B006
        """Read a module's fields with types and choices, its statuses and users.

        Call it before you filter by a field or write one.
        """
        description = await self._connector(crm).describe_module(module)
        return _fitting(_only(description, fields) if fields else description)

    async def _modules(self, connector: Connector) -> list[Module]:
        modules = await connector.list_modules()
        if len(self._connectors) > 1:
            for module in modules:
                module["crm"] = connector.name
        return modules

    def _connector(self, crm: str) -> Connector:
        for connector in self._connectors.values():
            if crm.casefold() in (connector.name.casefold(), connector.title.casefold()):
                return connector
        raise InputError(f"There is no CRM {crm[:60]!r} here.", hint=f"Use {' or '.join(self._connectors)}.")


def _only(description: ModuleDescription, names: Sequence[str]) -> ModuleDescription:
    """Return a description of the named fields alone.

    Raises:
        InputError: There is no such field.
    """
    known = [field["name"] for field in description["fields"]]
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            f"{description['name']} has no field {unknown[0][:60]!r}{did_you_mean(unknown[0], known)}.",
            hint="Leave `fields` out to see all of them.",
        )
    whole: ModuleDescription = {**description, "fields": [one for one in description["fields"] if one["name"] in names]}
    for key in ("statuses", "users"):
        whole.pop(key, None)
    return whole


def _fitting(description: ModuleDescription) -> ModuleDescription:
    """Return a description that fits one result: without choices, then without its last fields, with a note."""
    if size_of(description) <= MAX_ANSWER_BYTES:
        return description
    lean: list[FieldDescription] = [{"name": one["name"], "type": one["type"]} for one in description["fields"]]
    notes = [description.get("note", ""), "Choices are left out: name fields in `fields` to see theirs."]
    short: ModuleDescription = {**description, "fields": lean}
    for key in ("statuses", "users"):
        names = cast("dict[str, str]", description.get(key, {}))
        if len(names) > _MOST_NAMES:
            short[key] = dict(list(names.items())[:_MOST_NAMES])
            notes.append(f"{_MOST_NAMES} of {len(names)} {key} are shown.")
    while size_of({**short, "note": " ".join(notes)}) > MAX_ANSWER_BYTES - _ENVELOPE and lean:
        del lean[len(lean) * 9 // 10 :]
    if len(lean) < len(description["fields"]):
        notes.append(f"{len(lean)} of {len(description['fields'])} fields are shown.")
    return {**short, "note": " ".join(note for note in notes if note)}
