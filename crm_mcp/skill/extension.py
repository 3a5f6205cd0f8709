"""The Skills extension of MCP: `skills/list`, `skills/get`, and the skill's files as resources.

Source: `io.modelcontextprotocol/skills` (SEP-2640). No CRM is asked before a skill is listed or read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.extension import Extension, MethodBinding, ResourceBinding
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import INVALID_PARAMS, PaginatedRequestParams, RequestParams

from crm_mcp.errors import CrmError
from crm_mcp.skill.head import LANGUAGES, MAIN_FILE, Language, uri_of

if TYPE_CHECKING:
    from crm_mcp.skill.account_skill import AccountSkill

INDEX_URI = "skill://index.json"
LONGEST_LISTING_S = 10.0
"""How long a listing waits for the CRMs: hosts ask for it when they connect."""
_CACHING = {"resultType": "complete", "ttlMs": 300_000, "cacheScope": "private"}
_TITLES = {"en": "How to work in this CRM", "hu": "Hogyan dolgozz ebben a CRM-ben"}


class GetSkillParams(RequestParams):
    """What `skills/get` takes."""

    uri: str


class SkillsExtension(Extension):
    """Serves these skills, one an account, in each language."""

    identifier = "io.modelcontextprotocol/skills"

    def __init__(self, skills: Sequence[AccountSkill]) -> None:
        self._skills = skills

    def methods(self) -> Sequence[MethodBinding]:
        """Return `skills/list` and `skills/get`."""
        return (
            MethodBinding("skills/list", PaginatedRequestParams, self._list),
            MethodBinding("skills/get", GetSkillParams, self._get),
        )

    def resources(self) -> Sequence[ResourceBinding]:
        """Return the files of each skill, and an index for hosts that came before `skills/list`."""
        files = [
            _file(skill, language, path) for skill in self._skills for language in LANGUAGES for path in skill.paths
        ]
        index = FunctionResource(
            uri=INDEX_URI, name="skills", title="Skills", mime_type="application/json", fn=self._read_index
        )
        return [ResourceBinding(one) for one in (*files, index)]

    async def _list(self, _context: object, _params: PaginatedRequestParams) -> dict[str, Any]:
        """List the skills; where there are several accounts none of them is asked for that."""
        is_one = len(self._skills) == 1
        entries = [
            await _entry(skill, language) if is_one else _entry_unread(skill, language)
            for skill in self._skills
            for language in LANGUAGES
        ]
        return {"skills": entries, **_CACHING}

    async def _get(self, _context: object, params: GetSkillParams) -> dict[str, Any]:
        served: dict[str, tuple[AccountSkill, Language]] = {
            uri_of(skill.name(one)): (skill, one) for skill in self._skills for one in LANGUAGES
        }
        if params.uri in served:
            return {"skill": await _entry(*served[params.uri]), **_CACHING}
        raise MCPError(INVALID_PARAMS, f"There is no skill {params.uri[:200]!r} here, only {' and '.join(served)}.")

    async def _read_index(self) -> str:
        from crm_mcp.skill.entries import index_of

        return index_of([skill.head(language) for skill in self._skills for language in LANGUAGES])


def _file(skill: AccountSkill, language: Language, path: str) -> FunctionResource:
    head = skill.head(language)
    is_main = path == MAIN_FILE
    return FunctionResource(
        uri=uri_of(skill.name(language), path),
        name=str(head["name"]) if is_main else path,
        title=_TITLES[language] if is_main else None,
        description=str(head["description"]) if is_main else None,
        mime_type="text/markdown",
        fn=partial(_read_file, skill, language, path),
    )


async def _read_file(skill: AccountSkill, language: Language, path: str) -> str:
    try:
        return (await skill.read(language)).files[path]
    except CrmError as error:
        raise ResourceError(str(error)) from error


async def _entry(skill: AccountSkill, language: Language) -> dict[str, Any]:
    """Return the entry of a skill; without digests while the CRMs do not answer, or not in time."""
    from crm_mcp.skill.entries import entry_of

    try:
        written = await asyncio.wait_for(skill.read(language), LONGEST_LISTING_S)
    except (CrmError, TimeoutError):
        return _entry_unread(skill, language)
    return entry_of(skill.head(language), written)


def _entry_unread(skill: AccountSkill, language: Language) -> dict[str, Any]:
    from crm_mcp.skill.entries import entry_of

    return entry_of(skill.head(language), None)
