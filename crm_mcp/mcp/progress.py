"""How far a long call is, told to the client that waits for it."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context

CallContext = Context[Any, Any]
"""What a tool learns of its call: a parameter of this type is the server's to fill, not the model's."""


class Steps:
    """Counts the answers of the CRM that one call has had.

    Args:
        context: The call's own.
    """

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._done = 0
        self._expected = 0

    def expect(self, steps: int) -> None:
        """Say how many answers are still to come, as far as that is known."""
        self._expected = self._done + steps

    async def advance(self, message: str) -> None:
        """Count one answer and tell the client; nothing is sent to one that did not ask for progress."""
        self._done += 1
        total = self._expected if self._expected >= self._done else None
        await self._context.report_progress(self._done, total, message)
