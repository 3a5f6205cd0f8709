"""Prompts for daily work in Ivinex, which a host offers in a menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic import Field

from crm_mcp.mcp.prompts import CrmPrompt

Contact = Annotated[str, Field(description="a contact's name or email")]
Module = Annotated[str, Field(description="a module's name or id")]
GroupBy = Annotated[str, Field(description="a field's name; the most telling one, unless given")]


def ivinex_prompts() -> Sequence[Prompt]:
    """Return the prompts of Ivinex."""
    return (
        CrmPrompt.from_function(record_brief, title="Contact brief (Ivinex)"),
        CrmPrompt.from_function(module_review, title="Module review (Ivinex)"),
    )


def record_brief(contact: Contact) -> str:
    """All there is to know before a call: the contact and the notes on it."""
    return (
        f'Brief me on the Ivinex contact "{contact}" before I call them.\n'
        "1. search_records in the module contact, by email when it holds an @, else by full_name with Contains; when "
        "several match, ask me which one is meant.\n"
        '2. get_linked_records with module="note" for the notes on that contact.\n'
        "Then write at most twelve lines: who they are, how to reach them, what the last notes say with their dates, "
        "and one question worth asking. Change nothing."
    )


def module_review(module: Module, group_by: GroupBy = "") -> str:
    """How many records stand where."""
    by = (
        f'group_by=["{group_by}"]'
        if group_by
        else "group_by set to its most telling option field (see describe_module)"
    )
    return (
        f'Review the Ivinex module "{module}".\n'
        f'Use summarize_records with module="{module}" and {by}, with the sum of an amount field where there is one. '
        "Then write a short table and two sentences on what stands out; say so where a result was not exact. "
        "Change nothing."
    )
