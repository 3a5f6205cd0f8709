"""Prompts for daily work in MiniCRM: texts that a host offers in a menu, in the account's language.

They lead to statements over the replica with the dates and ids filled in, and to the question tools where these cannot
be asked. The texts stand in `texts/`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mcp.server.mcpserver.prompts.base import Prompt

from crm_mcp.crm.dates import parse_past_day
from crm_mcp.errors import CrmError, InputError
from crm_mcp.languages import Language, Texts
from crm_mcp.mcp.prompts import PromptWords, build_prompt
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.rendering.templates import render_text

QUERY = "query_crm"
_PACKAGE = "crm_mcp.minicrm"
_PHONE_DIGITS = 7
_DUNNING = {"list_documents", "create_task"}


def prompt_words(language: Language) -> Mapping[str, PromptWords]:
    """Return what a menu shows of each prompt."""
    texts = Texts(__file__, language)
    since = {"since": texts.text("a weekday, yesterday, 7d or a date")}
    module = {"module": texts.text("a module's name or id")}
    return {
        "morning_overview": PromptWords(
            texts.text("Morning overview (MiniCRM)"),
            texts.text("What is due today and what was left lying."),
            {"user": texts.text("a user's name or id; me, unless given")},
        ),
        "contact_brief": PromptWords(
            texts.text("Contact brief (MiniCRM)"),
            texts.text("All there is to know before a call: who they are, their company, projects and open tasks."),
            {"contact": texts.text("a person's or company's name, email or phone")},
        ),
        "pipeline_review": PromptWords(
            texts.text("Pipeline review (MiniCRM)"),
            texts.text("How many projects stand where, what is overdue, and what is stuck."),
            module,
        ),
        "what_changed": PromptWords(
            texts.text("What changed (MiniCRM)"),
            texts.text("What was seen to change; since Monday, unless given."),
            since,
        ),
        "time_in_status": PromptWords(
            texts.text("Time in status (MiniCRM)"),
            texts.text("How long projects stay in each status, by the changes that were seen."),
            module,
        ),
        "lost_cards": PromptWords(
            texts.text("Lost projects (MiniCRM)"),
            texts.text("Who lost a project, to a status, to somebody else or to the trash."),
            since,
        ),
        "dunning": PromptWords(
            texts.text("Overdue invoices (MiniCRM)"),
            texts.text("Who owes what that is overdue; agree on whom to remind, and create these tasks at once."),
            {"days": texts.text("only what is overdue by more than so many days; all, unless given")},
        ),
    }


@dataclass(frozen=True, slots=True)
class MinicrmPrompts:
    """The prompts of one account.

    Attributes:
        directory: Knows the users and modules that arguments name.
        settings: Say the time zone and the clock.
        tools: The names of the tools that are served.
        language: Of the prompts.
    """

    directory: Directory
    settings: MinicrmSettings
    tools: Collection[str]
    language: Language = "en"

    def all(self) -> Sequence[Prompt]:
        """Return the prompts; those on history only where it can be asked for."""
        words = prompt_words(self.language)
        daily: Sequence[Prompt] = (
            build_prompt("morning_overview", words["morning_overview"], self.morning_overview),
            build_prompt("contact_brief", words["contact_brief"], self.contact_brief, required=["contact"]),
            build_prompt("pipeline_review", words["pipeline_review"], self.pipeline_review, required=["module"]),
        )
        if set(self.tools) >= _DUNNING:
            daily = (*daily, build_prompt("dunning", words["dunning"], self.dunning))
        if QUERY not in self.tools:
            return daily
        return (
            *daily,
            build_prompt("what_changed", words["what_changed"], self.what_changed),
            build_prompt("time_in_status", words["time_in_status"], self.time_in_status, required=["module"]),
            build_prompt("lost_cards", words["lost_cards"], self.lost_cards),
        )

    async def morning_overview(self, user: str = "me") -> str:
        """What is due today and what was left lying."""
        tomorrow = (self._now() + timedelta(days=1)).date().isoformat()
        user_id = await self._user_id(user)
        return self._render("morning_overview", user=user, user_id=user_id, tomorrow=tomorrow)

    async def contact_brief(self, contact: str) -> str:
        """All there is to know before a call."""
        digits = sum(char.isdecimal() for char in contact)
        by = "email" if "@" in contact else "phone" if digits >= _PHONE_DIGITS else "name"
        return self._render("contact_brief", contact=contact, by=by)

    async def pipeline_review(self, module: str) -> str:
        """How many projects stand where, and what is stuck."""
        return self._render("pipeline_review", module=await self._module_name(module), now=self._seconds())

    async def dunning(self, days: str = "") -> str:
        """Who is to be reminded of an overdue invoice."""
        asked = re.sub(r"\D*(\d{1,5})\D*", r"\1", days)
        if days and not asked.isdecimal():
            raise InputError(f"{days[:60]!r} is no number of days.", hint="Write 30, or leave it out.")
        return self._render("dunning", days=int(asked or 0))

    async def what_changed(self, since: str = "Monday") -> str:
        """What was seen to change."""
        return self._render("what_changed", since=self._since(since))

    async def time_in_status(self, module: str) -> str:
        """How long projects stay in each status."""
        return self._render("time_in_status", module=await self._module_name(module), now=self._seconds())

    async def lost_cards(self, since: str = "30d") -> str:
        """Who lost a project."""
        return self._render("lost_cards", since=self._since(since))

    def _render(self, name: str, **values: object) -> str:
        template = f"prompts/{self.language}/{name}.md"
        return render_text(template, _PACKAGE, query=QUERY in self.tools, **values)

    def _now(self) -> datetime:
        return self.settings.clock(self.settings.zone)

    def _seconds(self) -> str:
        return self._now().replace(tzinfo=None).isoformat(" ", "seconds")

    def _since(self, day: str) -> str:
        return parse_past_day(day, self._now()).isoformat(" ", "seconds")

    async def _user_id(self, user: str) -> str:
        """Return a user's id for a statement; nothing where a question tool has to say what is wrong with the name."""
        if QUERY not in self.tools:
            return ""
        try:
            return await self.directory.user_id(user)
        except CrmError:
            return ""

    async def _module_name(self, module: str) -> str:
        """Return the name of a module as the CRM writes it; as given where that cannot be told."""
        try:
            return (await self.directory.modules())[await self.directory.module_id(module)]
        except CrmError:
            return module
