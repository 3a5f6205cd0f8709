"""The files of the skill, written from the facts of an account. Pure.

`SKILL.md` is short, since an agent reads it whole: what is longer stands in `references/`. Every name out of a CRM is a
code span in them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import yaml

from crm_mcp.rendering.templates import Written, has_text, render_text
from crm_mcp.skill.facts import CrmFacts
from crm_mcp.skill.head import Language, file_names, frontmatter

MAX_MAIN_BYTES = 8_000
MAX_REFERENCE_BYTES = 60_000

_MOST_MODULES_AND_STATUSES = ((20, 12), (12, 8), (8, 5), (4, 3), (0, 0))
_SHARES = (1.0, 0.5, 0.25, 0.1, 0.05)
"""What part of all a page of an account shows, tried in turn until it fits."""
_MOST = {"most_modules": 60, "most_statuses": 100, "most_users": 300, "most_fields": 60, "most_choices": 40}
_PACKAGE = "crm_mcp.skill"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_SQL_VALUES = {
    "now": Written("now()"),
    "tomorrow": Written("date(today(), '+1 day')"),
    "since": Written("date(today(), '-6 days', 'weekday 1')"),
}
"""What statements of the skill hold where those of a prompt have a moment: the skill is read on another day."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill: its frontmatter, and its files by path within its folder."""

    frontmatter: Mapping[str, object]
    files: Mapping[str, str]


def write_skill(
    crms: Sequence[CrmFacts], language: Language, name: str, tools: Collection[str], account: str = ""
) -> Skill:
    """Return the skill of an account where tools of these names are served."""
    head = frontmatter([crm.title for crm in crms], language, name, account)
    playbooks = _write_page("playbooks", language, parts=_parts("playbooks", crms, language, tools), tools=tools)
    main = _write_main(crms, language, head, tools, _HEADING.findall(playbooks))
    texts = [main, playbooks, *(_write_account(crm, language) for crm in crms)]
    return Skill(head, dict(zip(file_names([crm.name for crm in crms]), texts, strict=True)))


def _write_main(
    crms: Sequence[CrmFacts],
    language: Language,
    head: Mapping[str, object],
    tools: Collection[str],
    playbooks: Sequence[str],
) -> str:
    """Return `SKILL.md` with as many modules and statuses as fit."""
    values = {"crms": crms, "parts": _parts("rules", crms, language, tools), "tools": tools, "playbooks": playbooks}
    top = f"---\n{yaml.safe_dump(dict(head), allow_unicode=True, sort_keys=False, width=10_000)}---\n\n"
    text = ""
    for most_modules, most_statuses in _MOST_MODULES_AND_STATUSES:
        limits = {"most_modules": most_modules, "most_statuses": most_statuses}
        text = top + _write_page("SKILL", language, **values, **limits)
        if len(text.encode()) <= MAX_MAIN_BYTES:
            break
    return text


def _write_account(crm: CrmFacts, language: Language) -> str:
    """Return the page of one account with as much as fits."""
    text = ""
    for share in _SHARES:
        limits = {name: int(most * share) for name, most in _MOST.items()}
        text = _write_page("account", language, crm=crm, **limits)
        if len(text.encode()) <= MAX_REFERENCE_BYTES:
            break
    return text


def _parts(page: str, crms: Sequence[CrmFacts], language: Language, tools: Collection[str]) -> Sequence[Written]:
    """Return what each CRM adds to a page."""
    template = f"skill/{language}/{page}.md"
    return [
        Written(render_text(template, crm.texts, tools=tools, **_example(crm), **_SQL_VALUES))
        for crm in crms
        if crm.texts and has_text(template, crm.texts)
    ]


def _example(crm: CrmFacts) -> Mapping[str, str]:
    """Return names of the account for statements to show: of a module with statuses, and of one of its users."""
    module = next((one for one in crm.modules if one.statuses), None) or next(iter(crm.modules), None)
    users = list(module.users) if module is not None else []
    return {"module": module.name if module is not None else "", "user_id": users[0] if users else "0"}


def _write_page(page: str, language: Language, **values: object) -> str:
    return render_text(f"skill/{language}/{page}.md", _PACKAGE, **values).strip() + "\n"
