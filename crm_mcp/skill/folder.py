"""The skill as a folder that agents read, which is called like the skill."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crm_mcp.errors import InputError
from crm_mcp.skill.facts import read_facts
from crm_mcp.skill.head import GENERATOR, MAIN_FILE, Language

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.skill.account_skill import AccountSkill
    from crm_mcp.skill.pages import Skill
    from crm_mcp.transport.connections import ConnectionPool

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 64
_MARK = f"generator: {GENERATOR}"
"""What stands in the frontmatter of a skill that this command wrote."""


def language_of(connectors: Sequence[Connector]) -> Language:
    """Return the language of the people in these accounts."""
    return "hu" if any(one.language == "hu" for one in connectors) else "en"


async def make_skill(pool: ConnectionPool, skill: AccountSkill, language: Language, folder: Path | None) -> Skill:
    """Return the skill of an account, called like the folder that it is for, since agents want that.

    Raises:
        CrmError: A CRM does not answer.
    """
    async with pool.open():
        facts = await read_facts(skill.connectors)
    return skill.write(facts, language, _name_for(folder) or skill.name(language))


def _name_for(folder: Path | None) -> str:
    """Return the name of a folder where a skill may be called so, else none."""
    name = "" if folder is None else folder.resolve().name
    return name if _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME else ""


def write_folder(folder: Path, files: Mapping[str, str], *, force: bool) -> list[Path]:
    """Write a skill into a folder, and return its files.

    One that this command wrote before is written anew. Other files are left alone.

    Raises:
        InputError: A file of somebody else would be overwritten; nothing is written. `force` overwrites it.
    """
    paths = {folder / name: text for name, text in files.items()}
    if not force and not _is_ours(folder) and (foreign := [path for path in paths if path.exists()]):
        raise InputError(
            f"{foreign[0]} is there already and was not written by this command.",
            hint="Name another folder, or overwrite it with --force.",
        )
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return list(paths)


def _is_ours(folder: Path) -> bool:
    """Tell whether the skill in a folder was written by this command."""
    try:
        head = (folder / MAIN_FILE).read_text(encoding="utf-8").split("\n---\n", 1)[0]
    except (OSError, UnicodeDecodeError):
        return False
    return head.startswith("---\n") and _MARK in head
