"""Lets a question to the user that one process put be answered to another: all processes of a store share its key.

In the protocol since 2026 the client keeps the state of a question, sealed by the server, and gives it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.request_state import AESGCMRequestStateCodec, InvalidRequestState, RequestStateSecurity
from mcp.types import INTERNAL_ERROR
from mcp.types.methods import is_input_required

from crm_mcp.errors import StoreError
from crm_mcp.mcp.calls.caller import current_caller
from crm_mcp.store.server_secret import read_or_make_secret

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

    from crm_mcp.store.engine import Store
    from crm_mcp.store.transaction import Transaction

_NAME = "question key"


class SharedQuestionKey:
    """Seals and opens questions by a key that is read from the store when the first of them comes by."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._codec: AESGCMRequestStateCodec | None = None

    @property
    def security(self) -> RequestStateSecurity:
        """The policy for `MCPServer(request_state_security=)`."""
        return RequestStateSecurity(codec=self, bind_principal=_caller_of)

    def watch(self, server: MCPServer[Any]) -> None:
        """Read the key in time: the SDK seals and opens without waiting for anything.

        A question comes by on its way in before the SDK opens it, and on its way out before the SDK seals it.
        """
        server.middleware.insert(0, self._read_before_opening)
        server.middleware.append(self._read_before_sealing)

    def seal(self, payload: bytes) -> str:
        """Seal the state of a question."""
        assert self._codec is not None, "the key is read before"
        return self._codec.seal(payload)

    def unseal(self, token: str) -> bytes:
        """Open the state of a question.

        Raises:
            InvalidRequestState: No process of this store sealed it.
        """
        if self._codec is None:
            raise InvalidRequestState("no key")
        return self._codec.unseal(token)

    async def _read_before_opening(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.params is not None and ctx.params.get("requestState") is not None:
            await self._read_key()
        return await call_next(ctx)

    async def _read_before_sealing(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if is_input_required(result):
            await self._read_key()
        return result

    async def _read_key(self) -> None:
        if self._codec is not None:
            return
        try:
            self._codec = AESGCMRequestStateCodec([await self._store.run(_key)])
        except StoreError as error:
            raise MCPError(code=INTERNAL_ERROR, message=str(error)) from None


def _caller_of(_: ServerRequestContext[Any, Any]) -> str | None:
    """Return whose question it is: nobody else's reply opens it, nor the same person's with another login."""
    caller = current_caller()
    return f"{caller.user} {caller.logins}" if caller.user else None


def _key(transaction: Transaction) -> str:
    return read_or_make_secret(transaction, _NAME)
