"""The assistant of the demo: an MCP client that prints what it does, and a person at its side who says yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from crm_mcp.demo.processes import DemoError
from crm_mcp.demo.stage import Stage
from crm_mcp.languages import Texts

_texts = Texts(__file__)
Show = Callable[[Any], str]
"""Prints a structured result, and returns its summary."""


class Person:
    """Who is asked: the question is printed and answered with yes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.questions = 0

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002
        """Answer one question."""
        self.questions += 1
        self._stage.question(params.message)
        return ElicitResult(action="accept", content={"confirm": True})


class Assistant:
    """Makes tool calls in one MCP session and prints each: the call, its result, and what it cost."""

    def __init__(self, client: Client, stage: Stage, person: Person) -> None:
        self._client = client
        self._stage = stage
        self._person = person

    async def call(self, tool: str, show: Show, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Call a tool, print the exchange, and return the structured result.

        Raises:
            DemoError: The result is an error.
        """
        self._stage.call(tool, arguments)
        started = time.perf_counter()
        result = await self._client.call_tool(tool, arguments)
        took_s = time.perf_counter() - started
        assert isinstance(result, CallToolResult)
        words = "".join(block.text for block in result.content if isinstance(block, TextContent))
        if result.is_error or result.structured_content is None:
            raise DemoError(_texts.text("{tool} failed: {reason}", tool=tool, reason=words))
        try:
            summary = show(result.structured_content)
        except (KeyError, IndexError, TypeError) as error:
            raise DemoError(
                _texts.text("The result of {tool} is not as the demo knows it: {error}.", tool=tool, error=repr(error))
            ) from error
        self._stage.end_call(summary, len(words.encode()), took_s)
        return result.structured_content

    async def call_with_question(self, tool: str, show: Show, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        """Call a tool that must not write before a person said yes.

        Raises:
            DemoError: Nobody was asked, or the result is an error.
        """
        asked = self._person.questions
        result = await self.call(tool, show, **arguments)
        if self._person.questions == asked:
            raise DemoError(_texts.text("{tool} wrote without a question.", tool=tool))
        return result
