"""The skill of one account: what it is called, its files, and what it says of where several accounts are served."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crm_mcp.crm.expiring import TtlCache
from crm_mcp.rendering.addresses import bind_addresses
from crm_mcp.skill.head import MAIN_FILE, Language, file_names, frontmatter, skill_name

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.skill.facts import CrmFacts
    from crm_mcp.skill.pages import Skill

_TITLE = re.compile("^# .+\n", re.MULTILINE)
_WHERE: Mapping[Language, str] = {
    "en": 'Several accounts are served here. This is about `{account}`: give `account: "{account}"` with each call.',
    "hu": 'Itt több fiók érhető el. Mindez erről szól: `{account}`. Minden hívásban add meg: `account: "{account}"`.',
}


@dataclass(frozen=True)
class AccountSkill:
    """The skill of these CRMs where tools of these names are served; `account` is empty where there is one alone."""

    connectors: Sequence[Connector]
    tools: Collection[str]
    account: str = ""

    def name(self, language: Language) -> str:
        """Return what it is called."""
        return skill_name(language, self.account)

    def head(self, language: Language) -> Mapping[str, object]:
        """Return its frontmatter; no CRM is asked for that."""
        titles = [one.title for one in self.connectors]
        return frontmatter(titles, language, self.name(language), self.account)

    @property
    def paths(self) -> Sequence[str]:
        """Its files."""
        return file_names([one.name for one in self.connectors])

    async def read(self, language: Language) -> Skill:
        """Write it from what the account is now.

        Raises:
            CrmError: A CRM does not answer.
        """
        return self.write(await self._facts.get(""), language, self.name(language))

    def write(self, facts: Sequence[CrmFacts], language: Language, name: str) -> Skill:
        """Write it from these facts under this name."""
        from crm_mcp.skill.pages import Skill, write_skill

        skill = write_skill(facts, language, name, self.tools, self.account)
        if not self.account:
            return skill
        files = {path: bind_addresses(text, self.account) for path, text in skill.files.items()}
        where = _WHERE[language].format(account=self.account)
        files[MAIN_FILE] = _TITLE.sub(lambda title: f"{title[0]}\n{where}\n", files[MAIN_FILE], count=1)
        return Skill(skill.frontmatter, files)

    @cached_property
    def _facts(self) -> TtlCache[list[CrmFacts]]:
        return TtlCache["list[CrmFacts]"](self._read_facts)

    async def _read_facts(self, _key: str) -> list[CrmFacts]:
        from crm_mcp.skill.facts import read_facts

        return await read_facts(self.connectors)
