"""Prompts for daily work in Ivinex, which a host offers in a menu; their texts stand in `texts/`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from mcp.server.mcpserver.prompts.base import Prompt

from crm_mcp.crm.dates import parse_past_day
from crm_mcp.errors import CrmError
from crm_mcp.ivinex.settings import CONTACT, IvinexSettings
from crm_mcp.languages import Language, Texts
from crm_mcp.mcp.prompts import PromptWords, build_prompt
from crm_mcp.rendering.templates import render_text

QUERY = "query_crm"
_PACKAGE = "crm_mcp.ivinex"
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
"""A name that is a table's or column's as it stands."""


@dataclass(frozen=True, slots=True)
class IvinexPrompts:
    """The prompts of one account, where tools of these names are served, in a language."""

    settings: IvinexSettings
    tools: Collection[str]
    language: Language = "en"

    def all(self) -> Sequence[Prompt]:
        """Return the prompts; the one on history only where it can be asked for."""
        texts = Texts(__file__, self.language)
        record_brief = PromptWords(
            texts.text("Contact brief (Ivinex)"),
            texts.text("All there is to know before a call: the contact and the notes on it."),
            {"contact": texts.text("a contact's name or email")},
        )
        module_review = PromptWords(
            texts.text("Module review (Ivinex)"),
            texts.text("How many records stand where."),
            {
                "module": texts.text("a module's name or id"),
                "group_by": texts.text("a field's name; the most telling one, unless given"),
            },
        )
        records_changed = PromptWords(
            texts.text("What changed (Ivinex)"),
            texts.text("What was seen to change, since Monday unless given."),
            {"since": texts.text("a weekday, yesterday, 7d or a date")},
        )
        daily = (
            build_prompt("record_brief", record_brief, self.record_brief, required=["contact"]),
            build_prompt("module_review", module_review, self.module_review, required=["module"]),
        )
        if QUERY not in self.tools:
            return daily
        return (*daily, build_prompt("records_changed", records_changed, self.records_changed))

    async def record_brief(self, contact: str) -> str:
        """All there is to know before a call: the contact and the notes on it."""
        query = QUERY in self.tools and CONTACT in self.settings.modules
        return self._render("record_brief", contact=contact, by_email="@" in contact, query=query)

    async def module_review(self, module: str, group_by: str = "") -> str:
        """How many records stand where."""
        table = self._table(module) if _PLAIN_NAME.fullmatch(group_by) else ""
        column = group_by if table else ""
        return self._render("module_review", module=module, group_by=group_by, table=table, column=column)

    async def records_changed(self, since: str = "Monday") -> str:
        """What was seen to change."""
        moment = parse_past_day(since, datetime.now().astimezone())
        return self._render("records_changed", since=moment.isoformat(" ", "seconds"))

    def _table(self, module: str) -> str:
        """Return the replica's table of a module; nothing where its name is not plain or no query can be made."""
        if QUERY not in self.tools:
            return ""
        try:
            name = self.settings.module_name(self.settings.module_id(module))
        except CrmError:
            return ""
        return f"ivinex_{name}" if _PLAIN_NAME.fullmatch(name) else ""

    def _render(self, name: str, **values: object) -> str:
        return render_text(f"prompts/{self.language}/{name}.md", _PACKAGE, **values)
