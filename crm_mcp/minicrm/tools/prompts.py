"""Prompts for daily work in MiniCRM: texts that a host offers in a menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic import Field

from crm_mcp.mcp.prompts import CrmPrompt

User = Annotated[str, Field(description="a user's name or id; me, unless given")]
Contact = Annotated[str, Field(description="a person's or company's name, email or phone")]
Module = Annotated[str, Field(description="a module's name or id")]


def minicrm_prompts() -> Sequence[Prompt]:
    """Return the prompts of MiniCRM."""
    return (
        CrmPrompt.from_function(morning_overview, title="Morning overview (MiniCRM)"),
        CrmPrompt.from_function(contact_brief, title="Contact brief (MiniCRM)"),
        CrmPrompt.from_function(pipeline_review, title="Pipeline review (MiniCRM)"),
    )


def morning_overview(user: User = "me") -> str:
    """What is due today and what was left lying."""
    return (
        f'Give me my morning overview of MiniCRM for the user "{user}".\n'
        f'1. list_open_tasks with user="{user}" and due="overdue", then with due="today".\n'
        f'2. find_stale_projects with user="{user}" and days=14.\n'
        "Then write at most fifteen lines: what to do first and why, overdue before today, each with its project's "
        "name and deadline. End with the stale projects worth a call. Change nothing."
    )


def contact_brief(contact: Contact) -> str:
    """All there is to know before a call: who they are, their company, projects and open tasks."""
    return (
        f'Brief me on the MiniCRM contact "{contact}" before I call them.\n'
        "Use get_contact_overview; when several contacts match, ask me which one is meant. "
        "Then write at most twelve lines: who they are, their company, how to reach them, what is running in which "
        "status, what is open and overdue, and one question worth asking. Change nothing."
    )


def pipeline_review(module: Module) -> str:
    """How many projects stand where, what moved, and what is stuck."""
    return (
        f'Review the pipeline of the MiniCRM module "{module}".\n'
        f'1. summarize_projects with module="{module}" and group_by=["status"].\n'
        f'2. find_stale_projects with module="{module}" and days=30.\n'
        f'3. list_open_tasks with module="{module}" and due="overdue".\n'
        "Then write a short table of the statuses with their counts, name the three projects that need a decision, "
        "and say so where a result was not exact. Change nothing."
    )
