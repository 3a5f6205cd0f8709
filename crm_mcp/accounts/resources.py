"""Resources of several accounts: `crm://ACCOUNT/...` gives what `crm://...` gives of the one account alone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from crm_mcp.accounts.names import ACCOUNT, find_account
from crm_mcp.errors import InputError
from crm_mcp.rendering.addresses import bind_addresses

if TYPE_CHECKING:
    from mcp.server import MCPServer

_PARAMETER = re.compile(r"\{(\w+)\}")
Read = Callable[..., Awaitable[str | bytes]]
_R = TypeVar("_R", bound=Read)


@dataclass(frozen=True, slots=True)
class _Resource:
    read: Read
    name: str
    title: str | None
    description: str | None
    mime_type: str | None


@dataclass(frozen=True, slots=True)
class AccountResources:
    """The resources of one account, registered here as they are with a server."""

    by_uri: dict[str, _Resource] = field(default_factory=dict[str, _Resource])

    def resource(
        self,
        uri: str,
        *,
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
    ) -> Callable[[_R], _R]:
        """Register what reads a resource."""

        def register(read: _R) -> _R:
            self.by_uri[uri] = _Resource(read, name or uri, title, description, mime_type)
            return read

        return register


def add_account_resources(server: MCPServer[None], accounts: Mapping[str, AccountResources]) -> None:
    """Register the resources that any of these accounts has."""
    for uri in dict.fromkeys(uri for one in accounts.values() for uri in one.by_uri):
        having = {name: one.by_uri[uri] for name, one in accounts.items() if uri in one.by_uri}
        shown = max(having.values(), key=lambda one: len(one.description or ""))
        register = server.resource(
            bind_addresses(uri, f"{{{ACCOUNT}}}"),
            name=shown.name,
            title=shown.title,
            description=shown.description,
            mime_type=shown.mime_type,
        )
        register(_reader(having, [ACCOUNT, *_PARAMETER.findall(uri)]))


def _reader(having: Mapping[str, _Resource], parameters: Sequence[str]) -> Read:
    """Return what reads a resource of the account in its address."""

    async def read(**asked: str) -> str | bytes:
        try:
            account = find_account(asked.pop(ACCOUNT), list(having))
        except InputError as error:
            raise ResourceNotFoundError(str(error)) from error
        try:
            found = await having[account].read(**asked)
        except ResourceNotFoundError as error:
            raise ResourceNotFoundError(f"Account {account}: {bind_addresses(str(error), account)}") from error
        is_text = isinstance(found, str) and having[account].mime_type == "text/markdown"
        return bind_addresses(found, account) if is_text and isinstance(found, str) else found

    whole: Any = read
    whole.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=str) for name in parameters]
    )
    whole.__annotations__ = dict.fromkeys(parameters, str)
    return whole
