"""The two tools that every CRM shares: which modules there are, and what their records hold.

They take `crm` only where there is a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from crm_mcp.connector import Connector, Module, ModuleDescription, ModuleList
from crm_mcp.errors import InputError
from crm_mcp.tooling import READ, CrmTool, Id, build_tool

ModuleName = Annotated[Id, Field(description="name or id; in MiniCRM also Person or Business")]


class ModuleTools:
    """`list_modules` and `describe_module` over all connected CRMs."""

    def __init__(self, connectors: Sequence[Connector]) -> None:
        self._connectors = {connector.name: connector for connector in connectors}

    def all(self) -> Sequence[CrmTool]:
        """Return both tools; none where no CRM is connected."""
        if not self._connectors:
            return ()
        one = len(self._connectors) == 1
        tools = (
            build_tool(
                self.list_modules if one else self.list_modules_of,
                name="list_modules",
                title="List modules",
                annotations=READ,
            ),
            build_tool(
                self.describe_module if one else self.describe_module_of,
                name="describe_module",
                title="Describe a module",
                annotations=READ,
            ),
        )
        if not one:
            for tool in tools:
                tool.parameters["properties"]["crm"]["enum"] = list(self._connectors)
        return tools

    async def list_modules(self) -> ModuleList:
        """List the modules with their ids. Start here."""
        return await self.list_modules_of()

    async def list_modules_of(self, crm: str = "") -> ModuleList:
        """List the modules of both CRMs, or of one, with their ids. Start here."""
        asked = [self._connector(crm)] if crm else list(self._connectors.values())
        return {"items": [module for connector in asked for module in await self._modules(connector)]}

    async def describe_module(self, module: ModuleName) -> ModuleDescription:
        """Read a module's fields with types and choices, its statuses and users.

        Call it before you filter by a field or write one.
        """
        (crm,) = self._connectors
        return await self.describe_module_of(crm, module)

    async def describe_module_of(self, crm: str, module: ModuleName) -> ModuleDescription:
        """Read a module's fields with types and choices, its statuses and users.

        Call it before you filter by a field or write one.
        """
        return await self._connector(crm).describe_module(module)

    async def _modules(self, connector: Connector) -> list[Module]:
        modules = await connector.list_modules()
        if len(self._connectors) > 1:
            for module in modules:
                module["crm"] = connector.name
        return modules

    def _connector(self, crm: str) -> Connector:
        if crm not in self._connectors:
            raise InputError(f"There is no CRM {crm!r} here.", hint=f"Use {' or '.join(self._connectors)}.")
        return self._connectors[crm]
