"""The MCP server over several accounts: what each account would be served alone, by one server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_mcp.accounts.connecting import by_account
from crm_mcp.accounts.names import ACCOUNT, find_account
from crm_mcp.accounts.prompts import combine_prompts
from crm_mcp.accounts.resources import AccountResources, add_account_resources
from crm_mcp.accounts.tools import combine_tools
from crm_mcp.errors import InputError
from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCalls
from crm_mcp.mcp.completions import complete_by, suggest
from crm_mcp.mcp.exports.files import MAX_FILE_BYTES, ExportFiles
from crm_mcp.mcp.exports.memory_files import MAX_TOTAL_BYTES, choose_files
from crm_mcp.mcp.query.queries import Queries
from crm_mcp.registry import all_tools
from crm_mcp.safe_writes.undo.undo_tool import UndoTool
from crm_mcp.server import WRITING, Offer, apps_of, assemble, register_resources
from crm_mcp.skill.account_skill import AccountSkill
from crm_mcp.toolsets import DEFAULT_TOOLSETS, Toolsets

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.server import MCPServer
    from mcp.types import (
        Completion,
        CompletionArgument,
        CompletionContext,
        PromptReference,
        ResourceTemplateReference,
    )

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.mcp.tool import CrmTool
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_INSTRUCTIONS = (
    "Several accounts are connected, each another company: {names}. Every call names its account, and its answer says "
    "whose it is. Never guess one: ask the user where it is not clear, above all before you write. Ids, cursors and "
    "plan_ids of one mean nothing in another. "
    "The resource skill://crm-ACCOUNT-en/SKILL.md (Hungarian: -hu) tells what an account holds, with recipes."
)


@dataclass(frozen=True, slots=True)
class _Served:
    """What is served of one account."""

    connectors: Sequence[Connector]
    tools: Sequence[CrmTool]
    queries: Queries
    exports: ExportFiles

    @property
    def tool_names(self) -> frozenset[str]:
        return frozenset(tool.name for tool in self.tools)


def build_server(
    connectors: Sequence[Connector],
    pool: ConnectionPool,
    *,
    store: Store | None = None,
    toolsets: Toolsets = DEFAULT_TOOLSETS,
    read_only: bool = False,
    export_dir: Path | None = None,
    shares_exports: bool = False,
    is_alone: bool = True,
) -> MCPServer[None]:
    """Make the MCP server over several accounts; see `crm_mcp.server.build_server`."""
    accounts = by_account(connectors)
    unfinished = UnfinishedCalls(pool.patience_s) if pool.patience_s else None
    held_bytes = max(MAX_FILE_BYTES, MAX_TOTAL_BYTES // len(accounts))

    def serve(name: str, own: Sequence[Connector]) -> _Served:
        exports = choose_files(own, store if shares_exports else None, export_dir and export_dir / name, held_bytes)
        queries = Queries(own, pool.patience_s)
        tools = all_tools(
            own,
            toolsets=toolsets,
            read_only=read_only,
            exports=exports,
            queries=queries,
            unfinished=unfinished and unfinished.within(f"{name} "),
        )
        return _Served(own, tools, queries, exports)

    served = {name: serve(name, own) for name, own in accounts.items()}
    _tell_of_each_other(served)
    told = dict.fromkeys(connector.instructions for connector in connectors)
    offer = Offer(
        connectors=connectors,
        tools=combine_tools({name: one.tools for name, one in served.items()}),
        skills=[AccountSkill(one.connectors, one.tool_names, name) for name, one in served.items()],
        queries=[one.queries for one in served.values()],
        unfinished=unfinished,
        instructions=[_INSTRUCTIONS.format(names=", ".join(served)), *([] if read_only else [WRITING]), *told],
        apps=apps_of(connectors, [tool for one in served.values() for tool in one.tools]),
        register=lambda server: _register(server, served),
    )
    return assemble(offer, pool, store, is_alone=is_alone)


def _tell_of_each_other(served: Mapping[str, _Served]) -> None:
    """Let each account's undo name the one that a write of another was made in."""
    undoing = {name: tool for name, one in served.items() for tool in one.tools if isinstance(tool, UndoTool)}
    for name, tool in undoing.items():
        tool.tell_of({other: one for other, one in undoing.items() if other != name})


def _register(server: MCPServer[None], served: dict[str, _Served]) -> None:
    """Register resources, prompts and completions."""
    resources = {name: AccountResources() for name in served}
    for name, one in served.items():
        register_resources(resources[name], one.connectors, one.tools, one.queries, one.exports)
    add_account_resources(server, resources)
    prompts = {
        name: [prompt for connector in one.connectors for prompt in connector.prompts(one.tool_names)]
        for name, one in served.items()
    }
    for prompt in combine_prompts(prompts):
        server.add_prompt(prompt)

    @server.completion()
    async def complete(  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        given = (context.arguments if context else None) or {}
        if argument.name == ACCOUNT:
            return complete_by(list(served), argument.value)
        try:
            chosen = served[find_account(given.get(ACCOUNT), list(served))]
        except InputError:  # names of one account must not be offered for another
            return complete_by([], argument.value)
        return await suggest(chosen.connectors, chosen.tool_names, ref, argument, given)
