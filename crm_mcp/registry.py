"""Which CRMs there are. A further CRM is one folder of its own and one line here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from crm_mcp.ivinex.connector import IvinexConnector
from crm_mcp.mcp.calls.other_modules import find_module
from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCalls
from crm_mcp.mcp.connector import Connector
from crm_mcp.mcp.exports.export_tool import ExportTools
from crm_mcp.mcp.exports.files import ExportFiles
from crm_mcp.mcp.exports.memory_files import MemoryFiles
from crm_mcp.mcp.module_tools import ModuleTools
from crm_mcp.mcp.neighbours import introduce_all
from crm_mcp.mcp.query.queries import Queries
from crm_mcp.mcp.query.query_export import query_export
from crm_mcp.mcp.query.query_tool import QueryTools
from crm_mcp.mcp.tool import CrmTool, refuse_same_names
from crm_mcp.minicrm.connector import MinicrmConnector
from crm_mcp.safe_writes.undo.undo_tool import UndoTool, writers_of
from crm_mcp.store.engine import Store
from crm_mcp.toolsets import DEFAULT, DEFAULT_TOOLSETS, Toolsets, parse_toolsets
from crm_mcp.transport.connections import ConnectionPool

CONNECTORS: Sequence[type[Connector]] = (
    IvinexConnector,
    MinicrmConnector,
)


def connect(
    pool: ConnectionPool, store: Store | None = None, *, only: Collection[str] | None = None
) -> list[Connector]:
    """Return a connector for each CRM that the environment configures; all remember in one store, or in memory.

    Of several CRMs `only` names those that are looked for.

    Raises:
        SettingsError: One is half configured, or a value is wrong.
    """
    store = store or Store()
    looked_for = [known for known in CONNECTORS if only is None or known.name in only]
    connectors = [connector for known in looked_for if (connector := known.from_environment(pool, store)) is not None]
    introduce_all(connectors)
    return connectors


def choose_toolsets(text: str) -> Toolsets:
    """Return the toolsets that a setting names.

    Raises:
        SettingsError: It names one that no CRM has.
    """
    return parse_toolsets(text, [name for known in CONNECTORS for name in known.further_toolsets])


def toolsets_of_tools(connectors: Sequence[Connector]) -> dict[str, str]:
    """Return the toolset of each tool that is not of the default one, by its name."""
    return {
        tool.name: toolset
        for connector in connectors
        for toolset in connector.further_toolsets
        for tool in connector.tools({toolset})
    }


def describe_variables() -> str:
    """Return which variables connect which CRM, a line each, for people."""
    return "\n".join(f"{f'  {known.title}:':<12}{known.variables}" for known in CONNECTORS)


def all_tools(
    connectors: Sequence[Connector],
    *,
    toolsets: Toolsets = DEFAULT_TOOLSETS,
    read_only: bool = False,
    exports: ExportFiles | None = None,
    queries: Queries | None = None,
    unfinished: UnfinishedCalls | None = None,
) -> list[CrmTool]:
    """Return the tools of these CRMs in these toolsets, without the writing ones when `read_only`.

    Exports go to `exports`; what is for all CRMs belongs to the default toolset.

    `queries` answers statements; none of its own is made where there is one already.

    What takes longer than its call may goes on behind it as one of the `unfinished` calls; nothing does where that is
    None.

    Raises:
        ValueError: Two tools have one name.
    """
    is_default = DEFAULT in toolsets
    exports = exports or MemoryFiles()
    queries = queries or Queries(connectors)
    tools = list(ModuleTools(connectors).all()) if is_default else []
    if is_default and any(connector.has_replica for connector in connectors):
        tools += QueryTools(queries).all()
    for connector in connectors:
        own = connector.tools(toolsets)
        for tool in own:
            tool.look_for_modules_by(partial(find_module, [one for one in connectors if one is not connector]))
        tools += own
    writers = writers_of(tools)
    if is_default and writers:
        tools.append(UndoTool.over(writers))
    if is_default:
        tools += ExportTools(connectors, {"query_crm": query_export(queries)}, tools, exports).all()
    for writer in writers:
        writer.when_erased = exports.clear
    if unfinished is not None:
        for tool in tools:
            tool.go_on_behind(unfinished)
        for writer in writers:
            writer.when_written = unfinished.forget_reads
    refuse_same_names(tools)
    return [tool for tool in tools if not read_only or (tool.annotations and tool.annotations.read_only_hint)]
