"""What a result tells a caller of each of its writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, cast

from mcp.types import CallToolResult, TextContent

from tests.soak.plan import Step


class Told(Enum):
    """What is told of one write."""

    DONE = "done"
    EXISTING = "it was there before"
    UNKNOWN = "unknown"
    DENIED = "not written"
    FAILED = "an error that does not say whether it was written"
    PENDING = "a preview, or not yet"
    UNANSWERED = "the server died"
    ABSENT = "nothing: it is no part of this plan"


SETTLED = (Told.DONE, Told.EXISTING)
OPEN = (Told.UNKNOWN, Told.UNANSWERED)
_UNKNOWN = re.compile(
    r"may or may not|may have been|may still be|does no harm|\bunknown\b|cannot be told|look (for|at) it before",
    re.IGNORECASE,
)
_OF_NOW = re.compile(r"nothing was \w+ (now|again)", re.IGNORECASE)
"""Speaks of this call alone, not of those before it."""
_APPLIED = re.compile(r"was applied already: (\d+) of (\d+) done")
_REST = re.compile(r"What was not tried is in (\S+)\.")
_DENIAL = re.compile(
    r"nothing (was|has been) \w+|not (written|created|tried|changed|sent)\b|said no|declined", re.IGNORECASE
)


@dataclass(frozen=True)
class Message:
    """What is told of one write: the words, and the id of the record where there is one."""

    told: Told
    text: str = ""
    thing_id: str = ""


@dataclass(frozen=True)
class Reading:
    """A result as a caller reads it: a message for each write, and the plan to go on with, if any."""

    messages: Sequence[Message]
    plan_id: str = ""
    text: str = ""

    def after(self, earlier: Sequence[Message]) -> Reading:
        """Return the reading with what was told earlier of the writes that this one says nothing of, or nothing new."""
        return replace(self, messages=[_newer(*both) for both in zip(earlier, self.messages, strict=True)])

    @property
    def is_settled(self) -> bool:
        """Whether every write is told to be done."""
        return all(one.told in SETTLED for one in self.messages)


def _newer(earlier: Message, now: Message) -> Message:
    says_less = now.told is Told.PENDING or (now.told in SETTLED and not now.thing_id)
    return earlier if now.told is Told.ABSENT or (says_less and earlier.told in SETTLED) else now


def read_result(step: Step, result: CallToolResult) -> Reading:
    """Read the result of one call."""
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    if result.is_error:
        return _read_error(step, text)
    content = cast("Mapping[str, Any]", result.structured_content or {})
    plan_id = str(content.get("plan_id", ""))
    if "items" in content:
        items = {item["index"]: item for item in content["items"]}
        absent = Message(Told.ABSENT)
        messages = [_read_item(items[at]) if at in items else absent for at in range(len(step.writes))]
        return Reading(messages, plan_id, text)
    if "id" in content:
        return Reading([_read_item({"ok": True, **content})] * len(step.writes), text=text)
    is_unchanged = not plan_id and content.get("count") == len(step.writes)
    told = [Told.EXISTING if is_unchanged and one.effect == "changes" else Told.PENDING for one in step.writes]
    return Reading([Message(one, text) for one in told], plan_id, text)


def _read_error(step: Step, text: str) -> Reading:
    """Read an error: of the call as a whole, or of a plan that was applied and whose result was told before."""
    message, rest = read_text(text), _REST.search(text)
    if applied := _APPLIED.search(text):
        message = Message(Told.DONE if applied[1] == applied[2] else Told.UNKNOWN, text)
    return Reading([message] * len(step.writes), rest[1] if rest else "", text)


def read_text(text: str) -> Message:
    """Read an error, which speaks of all writes of a call."""
    if _UNKNOWN.search(text):
        return Message(Told.UNKNOWN, text)
    return Message(Told.DENIED if _DENIAL.search(_OF_NOW.sub("", text)) else Told.FAILED, text)


def _read_item(item: Mapping[str, Any]) -> Message:
    text, thing_id = str(item.get("message", "")), str(item.get("id", ""))
    if item["ok"]:
        return Message(Told.EXISTING if item.get("existing") else Told.DONE, text, thing_id)
    return Message(Told.UNKNOWN if item.get("unknown") else read_text(text).told, text, thing_id)
