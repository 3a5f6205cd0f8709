"""What the assistant may do, and what is kept on this machine: asked once, whatever the accounts."""

from __future__ import annotations

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.languages import Texts
from crm_mcp.setup.document import Settings

_texts = Texts(__file__)


async def ask_server(asks: Asks, before: Settings, *, ask_again: bool) -> dict[str, object]:
    """Return the settings of the server that are to be set.

    Args:
        asks: Who asks.
        before: What is set so far.
        ask_again: Ask even for what is set.
    """
    chosen: dict[str, object] = {}
    if ask_again or "read_only" not in before or asks.knows("read_only"):
        chosen["read_only"] = await _ask_read_only(asks, is_so=bool(before.get("read_only", False)))
    if ask_again or "replica" not in before or asks.knows("replica"):
        chosen["replica"] = await _ask_replica(asks, str(before.get("replica", "on")))
    return chosen


async def _ask_read_only(asks: Asks, *, is_so: bool) -> bool:
    choices = [
        Choice("false", _texts.text("Read and write")),
        Choice("true", _texts.text("Read only")),
    ]
    asks.say(_texts.text("It asks you before it writes what is large or hard to undo."), "hint")
    question = _texts.text("What may the assistant do in the CRM?")
    return await asks.choose("read_only", question, choices, default=str(is_so).lower()) == "true"


async def _ask_replica(asks: Asks, before: str) -> str:
    asks.say(_texts.text("With it sums and lists over everything are quick; other users cannot read it."), "hint")
    choices = [Choice("on", _texts.text("Yes")), Choice("off", _texts.text("No"))]
    question = _texts.text("Keep a copy of what was read on this machine?")
    return await asks.choose("replica", question, choices, default=before if before in ("on", "off") else "on")
