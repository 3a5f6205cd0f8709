"""What is known of the skill before any CRM is asked: its name, its frontmatter, the names of its files. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from crm_mcp.settings_file.account_names import slug_of

Language = Literal["en", "hu"]
LANGUAGES: Sequence[Language] = ("en", "hu")
MAIN_FILE = "SKILL.md"
GENERATOR = "crm-mcp-server"
_TITLES = {
    "en": "Work in this company's {crms} account through the tools of crm-mcp-server.",
    "hu": "A cég {crms} fiókjának használata a crm-mcp-server eszközeivel.",
}
_USES = {
    "en": (
        " Use it for every question or chore about customers, contacts, companies, projects, cards, tasks, deadlines "
        "or sales figures: morning round, pipeline report in SQL, overdue tasks, what changed, who is this contact, "
        "importing a pasted table, reassigning, duplicates, undoing a write."
    ),
    "hu": (
        " Használd minden kérdéshez és feladathoz, amely ügyfelekről, kapcsolatokról, személyekről, cégekről, "
        "adatlapokról, teendőkről, határidőkről vagy eladási számokról szól: reggeli áttekintés, kimutatás SQL-ben, "
        "lejárt teendők, mi változott, ki ez az ügyfél, bemásolt táblázat felvitele, új felelős, ismétlődő "
        "kapcsolatok, módosítás visszavonása."
    ),
}
_ACCOUNT = {"en": " The account is {account}.", "hu": " A fiók neve {account}."}
_NEEDS = {"en": "Needs the MCP server crm-mcp-server.", "hu": "A crm-mcp-server MCP-szerver kell hozzá."}


def skill_name(language: Language, account: str = "") -> str:
    """Return what the skill in a language is called where it is served; of several accounts each has its own."""
    return f"crm-{slug_of(account)}-{language}" if account else f"crm-{language}"


def frontmatter(titles: Sequence[str], language: Language, name: str, account: str = "") -> dict[str, object]:
    """Return the head of `SKILL.md`; it holds nothing that is read from a CRM."""
    which = _ACCOUNT[language].format(account=account) if account else ""
    return {
        "name": name,
        "description": _TITLES[language].format(crms=" + ".join(titles)) + which + _USES[language],
        "compatibility": _NEEDS[language],
        "metadata": {"generator": GENERATOR, "language": language},
    }


def file_names(crms: Sequence[str]) -> list[str]:
    """Return the paths of the skill's files where these CRMs are connected."""
    return [MAIN_FILE, "references/playbooks.md", *(f"references/{crm}.md" for crm in crms)]


def uri_of(skill: str, path: str = MAIN_FILE) -> str:
    """Return the address of a file of a skill."""
    return f"skill://{skill}/{path}"
