"""Completions while the user fills in a prompt or a resource address: modules, statuses and users by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from mcp.types import Completion

from crm_mcp.errors import CrmError
from crm_mcp.mcp.connector import Connector

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.types import CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference

MOST_VALUES = 100
"""Most suggestions of one completion, by the protocol."""


def add_completions(server: MCPServer[None], connectors: Sequence[Connector], tools: Collection[str]) -> None:
    """Register suggestions for `crm`, `module`, `kind`, `status` and `user`; `tools` names what is served."""

    @server.completion()
    async def complete(  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        return await suggest(connectors, tools, ref, argument, (context.arguments if context else None) or {})


async def suggest(
    connectors: Sequence[Connector],
    tools: Collection[str],
    ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    given: Mapping[str, str],
) -> Completion:
    """Return suggestions for an argument of a prompt or an address, of which others are given."""
    prompt = ref.name if ref.type == "ref/prompt" else ""
    asked = [
        one
        for one in connectors
        if given.get("crm", one.name) == one.name
        and (not prompt or prompt in {known.name for known in one.prompts(tools)})
    ]
    if argument.name == "crm":
        return complete_by([one.name for one in connectors], argument.value)
    if argument.name == "kind":
        return complete_by([kind for one in asked for kind in one.record_kinds()], argument.value)
    names = [name for one in asked for name in await _names(one, argument.name, given.get("module", ""))]
    return complete_by(names, argument.value)


async def _names(connector: Connector, argument: str, module: str) -> list[str]:
    """Read the names from the CRM; an error means no suggestions."""
    try:
        return await connector.list_names(argument, module)
    except CrmError:
        return []


def complete_by(names: Sequence[str], typed: str) -> Completion:
    """Return the names that contain the typed text, first those that start with it."""
    wanted = typed.casefold()
    found = sorted(
        {name for name in names if wanted in name.casefold()},
        key=lambda name: (not name.casefold().startswith(wanted), name.casefold()),
    )
    return Completion(values=found[:MOST_VALUES], total=len(found), has_more=len(found) > MOST_VALUES)
