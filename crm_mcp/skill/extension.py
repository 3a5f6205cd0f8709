"""The Skills extension of MCP: `skills/list`, `skills/get`, and the skill's files as resources.

Source: `io.modelcontextprotocol/skills` (SEP-2640). No CRM is asked before a skill is listed or read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.extension import Extension, MethodBinding, ResourceBinding
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import INVALID_PARAMS, PaginatedRequestParams, RequestParams

from crm_mcp.crm.expiring import TtlCache
from crm_mcp.errors import CrmError
from crm_mcp.skill.head import LANGUAGES, MAIN_FILE, Language, file_names, frontmatter, skill_name, uri_of

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.skill.facts import CrmFacts
    from crm_mcp.skill.pages import Skill

INDEX_URI = "skill://index.json"
LONGEST_LISTING_S = 10.0
"""How long a listing waits for the CRMs: hosts ask for it when they connect."""
_CACHING = {"resultType": "complete", "ttlMs": 300_000, "cacheScope": "private"}
_TITLES = {"en": "How to work in this CRM", "hu": "Hogyan dolgozz ebben a CRM-ben"}


class GetSkillParams(RequestParams):
    """What `skills/get` takes."""

    uri: str


class SkillsExtension(Extension):
    """Serves the skill of these CRMs in each language, where tools of these names are served."""

    identifier = "io.modelcontextprotocol/skills"

    def __init__(self, connectors: Sequence[Connector], tools: Collection[str]) -> None:
        self._connectors = connectors
        self._tools = tools
        self._facts = TtlCache["list[CrmFacts]"](self._read_facts)

    def methods(self) -> Sequence[MethodBinding]:
        """Return `skills/list` and `skills/get`."""
        return (
            MethodBinding("skills/list", PaginatedRequestParams, self._list),
            MethodBinding("skills/get", GetSkillParams, self._get),
        )

    def resources(self) -> Sequence[ResourceBinding]:
        """Return the files of each skill, and an index for hosts that came before `skills/list`."""
        files = [self._file(language, path) for language in LANGUAGES for path in self._paths()]
        index = FunctionResource(
            uri=INDEX_URI, name="skills", title="Skills", mime_type="application/json", fn=self._read_index
        )
        return [ResourceBinding(one) for one in (*files, index)]

    def _paths(self) -> list[str]:
        return file_names([one.name for one in self._connectors])

    def _file(self, language: Language, path: str) -> FunctionResource:
        head = self._head(language)
        is_main = path == MAIN_FILE
        return FunctionResource(
            uri=uri_of(skill_name(language), path),
            name=str(head["name"]) if is_main else path,
            title=_TITLES[language] if is_main else None,
            description=str(head["description"]) if is_main else None,
            mime_type="text/markdown",
            fn=partial(self._read_file, language, path),
        )

    def _head(self, language: Language) -> dict[str, object]:
        return frontmatter([one.title for one in self._connectors], language, skill_name(language))

    async def _list(self, _context: object, _params: PaginatedRequestParams) -> dict[str, Any]:
        return {"skills": [await self._entry(language) for language in LANGUAGES], **_CACHING}

    async def _get(self, _context: object, params: GetSkillParams) -> dict[str, Any]:
        for language in LANGUAGES:
            if params.uri == uri_of(skill_name(language)):
                return {"skill": await self._entry(language), **_CACHING}
        known = " and ".join(uri_of(skill_name(language)) for language in LANGUAGES)
        raise MCPError(INVALID_PARAMS, f"There is no skill {params.uri[:200]!r} here, only {known}.")

    async def _entry(self, language: Language) -> dict[str, Any]:
        """Return the entry of a skill; without digests while the CRMs do not answer, or not in time."""
        from crm_mcp.skill.entries import entry_of

        try:
            skill = await asyncio.wait_for(self._skill(language), LONGEST_LISTING_S)
        except (CrmError, TimeoutError):
            skill = None
        return entry_of(self._head(language), skill)

    async def _skill(self, language: Language) -> Skill:
        from crm_mcp.skill.pages import write_skill

        return write_skill(await self._facts.get(""), language, skill_name(language), self._tools)

    async def _read_file(self, language: Language, path: str) -> str:
        try:
            return (await self._skill(language)).files[path]
        except CrmError as error:
            raise ResourceError(str(error)) from error

    async def _read_index(self) -> str:
        from crm_mcp.skill.entries import index_of

        return index_of([self._head(language) for language in LANGUAGES])

    async def _read_facts(self, _key: str) -> list[CrmFacts]:
        from crm_mcp.skill.facts import read_facts

        return await read_facts(self._connectors)
