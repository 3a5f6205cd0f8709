"""Counts what an assistant would have been shown, and plays the person whom the server asks before it writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent, Tool

Person = Literal["accepts", "declines", "cannot be asked"]


@dataclass(slots=True)
class Count:
    """What one play cost.

    Attributes:
        calls: Tool calls, failed ones included.
        errors: Calls that failed.
        result_bytes: Bytes of the text of all results, as the model reads them.
        list_bytes: Bytes of tools/list as compact JSON.
        questions: What the person was asked.
    """

    calls: int = 0
    errors: int = 0
    result_bytes: int = 0
    list_bytes: int = 0
    questions: list[str] = field(default_factory=list[str])

    def add_tools(self, tools: Sequence[Tool]) -> None:
        """Count the list of the tools once."""
        listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
        self.list_bytes = len(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode())

    def add_result(self, result: CallToolResult) -> None:
        """Count one call."""
        self.calls += 1
        self.errors += bool(result.is_error)
        self.result_bytes += len(text_of(result).encode())

    def as_json(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


def text_of(result: CallToolResult) -> str:
    """Return the text that the model reads of a result."""
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


class PlayedPerson:
    """Answers every question of the server in the way the task says; remembers what was asked."""

    def __init__(self, person: Person, count: Count) -> None:
        self._action: Literal["accept", "decline"] = "accept" if person == "accepts" else "decline"
        self._count = count

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002  # the SDK's signature
        """Accept with every box ticked, or decline."""
        self._count.questions.append(params.message)
        if self._action == "decline":
            return ElicitResult(action="decline")
        schema: dict[str, Any] = getattr(params, "requested_schema", {})
        boxes = [name for name, box in schema.get("properties", {}).items() if box.get("type") == "boolean"]
        return ElicitResult(action="accept", content=dict.fromkeys(boxes, True))


def person_of(person: Person, count: Count) -> PlayedPerson | None:
    """Return the person as the client's elicitation callback; None where nobody can be asked."""
    return None if person == "cannot be asked" else PlayedPerson(person, count)
