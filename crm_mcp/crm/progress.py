"""How far a long call is, counted in responses of the CRM. Pure: the MCP context comes in as a `ProgressReporter`."""

from __future__ import annotations

from typing import Protocol


class ProgressReporter(Protocol):
    """Reports progress to whoever waits for a call, as the context of an MCP call does."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Report `progress` of `total`; nothing is sent to a client that did not ask for progress."""
        ...


class Steps:
    """Counts the responses of the CRM that one call has had."""

    def __init__(self, reporter: ProgressReporter) -> None:
        self._reporter = reporter
        self._done = 0
        self._expected = 0

    def expect(self, steps: int) -> None:
        """Set how many responses are still to come, as far as that is known."""
        self._expected = self._done + steps

    async def advance(self, message: str) -> None:
        """Count one response and report it."""
        self._done += 1
        total = self._expected if self._expected >= self._done else None
        await self._reporter.report_progress(self._done, total, message)
