"""What a host can attach to a conversation without a tool call: modules, schemas and single records, as JSON.

| address | gives |
|---|---|
| `crm://modules` | the modules of every connected CRM |
| `crm://schema/{crm}/{module}` | the result of `describe_module` |
| `crm://record/{crm}/{kind}/{record_id}` | one record; `kind` is a module of Ivinex, or `project` and the like |
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from crm_mcp.errors import CrmError, InputError, NotFoundError
from crm_mcp.mcp.connector import Connector
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.rendering.hidden_characters import without_hidden

_JSON = "application/json"
_T = TypeVar("_T")
_Read = TypeVar("_Read", bound=Callable[..., Any])


class TakesResources(Protocol):
    """A server that resources are registered with."""

    def resource(
        self,
        uri: str,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
    ) -> Callable[[_Read], _Read]:
        """Return what registers a function that reads the resource of an address, with the parameters in braces."""
        ...


def add_resources(server: TakesResources, connectors: Sequence[Connector]) -> None:
    """Register the resources of these CRMs."""
    by_name = {connector.name: connector for connector in connectors}

    def connector_of(crm: str) -> Connector:
        if crm not in by_name:
            raise ResourceNotFoundError(f"There is no CRM {crm!r} here. Use {' or '.join(by_name)}.")
        return by_name[crm]

    @server.resource(
        "crm://modules", name="modules", title="Modules", description="All modules with their ids.", mime_type=_JSON
    )
    async def modules() -> str:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        return _text(
            [{"crm": one.name, **module} for one in connectors for module in await _as_resource(one.list_modules())]
        )

    @server.resource(
        "crm://schema/{crm}/{module}",
        name="schema",
        title="A module's fields",
        description="Fields with types and choices, statuses and users of one module.",
        mime_type=_JSON,
    )
    async def schema(crm: str, module: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return _text(await _as_resource(connector_of(crm).describe_module(module)))

    kinds = "; ".join(f"{one.name}: {', '.join(one.record_kinds())}" for one in connectors)

    @server.resource(
        "crm://record/{crm}/{kind}/{record_id}",
        name="record",
        title="One record",
        description=f"One record. {kinds}.",
        mime_type=_JSON,
    )
    async def record(crm: str, kind: str, record_id: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return _text(await _as_resource(connector_of(crm).read_record(kind, record_id)))


def add_tool_files(server: TakesResources, tools: Sequence[CrmTool]) -> None:
    """Register the files that results of these tools link to."""
    for file in (file for tool in tools for file in tool.files):

        @functools.wraps(file.read)
        async def read(_read: Callable[..., Awaitable[bytes]] = file.read, **asked: str) -> bytes:
            return await _as_resource(_read(**asked))

        register = server.resource(
            file.uri, name=file.name, description=file.description, mime_type="application/octet-stream"
        )
        register(read)


async def _as_resource(result: Awaitable[_T]) -> _T:
    """Return the result; turn an error into one of resources, with the same text, which holds no login."""
    try:
        return await result
    except (NotFoundError, InputError) as error:
        raise ResourceNotFoundError(str(error)) from error
    except CrmError as error:
        raise ResourceError(str(error)) from error


def _text(value: Any) -> str:  # noqa: ANN401  # any JSON
    return json.dumps(without_hidden(value), ensure_ascii=False, separators=(",", ":"))
