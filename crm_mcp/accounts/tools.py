"""Tools of several accounts: each hands its call to the tool of the account that the call names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult
from pydantic import PrivateAttr

from crm_mcp.accounts.answers import bind_result, unbind_cursor
from crm_mcp.accounts.names import ACCOUNT, find_account
from crm_mcp.errors import InputError
from crm_mcp.mcp.calls.schemas import Json
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.rendering.addresses import bind_addresses

_CURSOR = "cursor"
_NESTED = "arguments"
_LETTERS_OF_FEW = 40
"""Names that are longer together stand in the schema of the first tool alone: in each they would cost too much."""


class AccountTool(CrmTool):
    """One tool of several accounts."""

    _tools: Mapping[str, CrmTool] = PrivateAttr()
    _names: Sequence[str] = PrivateAttr()

    @classmethod
    def over(cls, tools: Mapping[str, CrmTool], names: Sequence[str], *, lists_names: bool = True) -> AccountTool:
        """Make the tool over those of single accounts.

        Args:
            tools: By the account's name.
            names: All accounts.
            lists_names: Whether its schema lists the accounts that it has.
        """
        widest = max(tools.values(), key=lambda tool: len(tool.parameters.get("properties", {})))
        tool = cls(
            fn=widest.fn,
            name=widest.name,
            title=widest.title,
            description=bind_addresses(widest.description, "ACCOUNT"),
            parameters=_parameters(tools, widest, lists_names=lists_names),
            fn_metadata=widest.fn_metadata,
            is_async=True,
            context_kwarg=widest.context_kwarg,
            annotations=widest.annotations,
        )
        tool._tools = tools  # its own class's
        tool._names = names
        return tool

    async def run(self, arguments: Json, context: Any, convert_result: bool = False) -> Any:  # noqa: ANN401  # the SDK's signature
        """Run the tool of the account that is named.

        Raises:
            ToolError: No account is named, or one without this tool; else as the tool's own, with the account's name.
        """
        try:
            account, own = self._read(arguments)
        except InputError as error:
            raise ToolError(str(error)) from error
        try:
            result = await self._tools[account].run(own, context, convert_result)
        except ToolError as error:
            raise type(error)(f"Account {account}: {bind_addresses(str(error), account)}") from error.__cause__
        return bind_result(result, account) if isinstance(result, CallToolResult) else result

    def _read(self, arguments: Json) -> tuple[str, Json]:
        """Return the account that a call names, and the arguments of its tool."""
        own = {name: value for name, value in arguments.items() if name != ACCOUNT}
        account = find_account(arguments.get(ACCOUNT), self._names)
        if account not in self._tools:
            raise InputError(
                f"The account {account} has no {self.name}: another CRM is connected there.",
                hint=f"It is of {', '.join(self._tools)}.",
            )
        if _CURSOR in own:
            own[_CURSOR] = unbind_cursor(own[_CURSOR], account)
        return account, self._without_nested(own, account)

    def _without_nested(self, own: Json, account: str) -> Json:
        """Take the account out of the arguments of a call within this one, where it must be the same."""
        nested: object = own.get(_NESTED)
        if not isinstance(nested, dict) or ACCOUNT not in nested:
            return own
        rest = dict(cast("Json", nested))
        if (said := rest.pop(ACCOUNT)) and find_account(said, self._names) != account:
            raise InputError(
                f"account is {account}, and within {_NESTED} it is another.", hint=f"Leave it out of {_NESTED}."
            )
        return {**own, _NESTED: rest}


def combine_tools(by_account: Mapping[str, Sequence[CrmTool]]) -> list[CrmTool]:
    """Return one tool for each name that a tool of an account has."""
    found: dict[str, dict[str, CrmTool]] = {}
    for account, tools in by_account.items():
        for tool in tools:
            found.setdefault(tool.name, {})[account] = tool
    order = [tool.name for tool in max(by_account.values(), key=len)]
    ordered = [*order, *(name for name in found if name not in order)]
    names = list(by_account)
    are_few = len("".join(names)) <= _LETTERS_OF_FEW
    return [AccountTool.over(found[name], names, lists_names=are_few or name == ordered[0]) for name in ordered]


def _parameters(tools: Mapping[str, CrmTool], widest: CrmTool, *, lists_names: bool) -> Json:
    """Return the schema of the arguments: those of any account, of which all must have what is required."""
    properties: Json = {ACCOUNT: {"type": "string", "enum": list(tools)} if lists_names else {"type": "string"}}
    for tool in (widest, *tools.values()):
        for name, schema in tool.parameters.get("properties", {}).items():
            known = properties.setdefault(name, schema)
            if "enum" in known:
                properties[name] = {**known, "enum": [*dict.fromkeys([*known["enum"], *schema.get("enum", [])])]}
    required = [
        name
        for name in widest.parameters.get("required", [])
        if all(name in tool.parameters.get("required", []) for tool in tools.values())
    ]
    return {**widest.parameters, "properties": properties, "required": [ACCOUNT, *required]}
