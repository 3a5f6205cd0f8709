"""What a rule is, and the register of all of them.

A rule is one sentence of a CRM's document (or one field note) and a check that asks an account over HTTP whether it
holds. Rules lie in `ivinex/` and `minicrm/`, one file a theme; importing a file registers its rules. A check sees an
account and nothing else: neither the client nor the fake of this project is known here.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

CrmName = Literal["ivinex", "minicrm"]
Provenance = Literal["documented", "observed", "assumed"]
CRMS: tuple[CrmName, ...] = get_args(CrmName)
MANUAL = "MiniCRM manual of 2025-02-03"
"""The official manual, which describes more of MiniCRM than minicrm.txt (grade B)."""
CLIENTS = "MiniCRM clients"
"""Public programs that ran against the live API (grade C)."""

# A check takes the account of its own CRM, which one type cannot say for both.
Check = Callable[[Any], None]

_ID = re.compile(r"(?:ivinex|minicrm)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
_REGISTER: dict[str, Rule] = {}


class NotTestedError(Exception):
    """The target has not what the rule needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that an implementation keeps or does not keep.

    Attributes:
        id: Such as `minicrm.search.count`.
        crm: Whose rule it is.
        title: The rule as a sentence.
        provenance: `documented` in the document, `observed` on live servers, `assumed` where nobody says.
        source: Document and section.
        writes: Whether the check changes data.
        check: Asks an account, and raises `BrokenError` or `NotTestedError`.
    """

    id: str
    crm: CrmName
    title: str
    provenance: Provenance
    source: str
    writes: bool
    check: Check


def rule(
    rule_id: str, *, source: str, provenance: Provenance = "documented", document: str = "", writes: bool = False
) -> Callable[[Check], Check]:
    """Register a check as a rule; its docstring is the sentence that people read.

    Args:
        rule_id: Crm, theme and name, joined by dots.
        source: Section of the document.
        provenance: What the rule rests on.
        document: Whose section it is; empty for the CRM's own document.
        writes: Whether the check changes data.
    """

    def register(check: Check) -> Check:
        sentence = " ".join((inspect.getdoc(check) or "").split())
        add_rule(rule_id, sentence, check, source=source, provenance=provenance, document=document, writes=writes)
        return check

    return register


def add_rule(
    rule_id: str,
    title: str,
    check: Check,
    *,
    source: str,
    provenance: Provenance = "documented",
    document: str = "",
    writes: bool = False,
) -> None:
    """Register a rule whose sentence is not a docstring.

    Raises:
        ValueError: The id is taken or malformed, or the rule has no sentence.
    """
    if not _ID.fullmatch(rule_id) or rule_id in _REGISTER or not title:
        raise ValueError(f"{rule_id!r} is taken, malformed or has no sentence")
    crm: CrmName = "ivinex" if rule_id.startswith("ivinex.") else "minicrm"
    place = f"{document or f'{crm}.txt'}, {source}"
    _REGISTER[rule_id] = Rule(rule_id, crm, title, provenance, place, writes, check)


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule of both CRMs: Ivinex first, then by theme and name."""
    for crm in CRMS:
        for module in pkgutil.iter_modules([str(Path(__file__).parents[1] / crm)]):
            importlib.import_module(f"tests.contract.{crm}.{module.name}")
    return tuple(_REGISTER[rule_id] for rule_id in sorted(_REGISTER))


def select_rules(wanted: list[str]) -> tuple[Rule, ...]:
    """Return the rules named by their ids, or else by the beginning of their ids; without names all.

    Raises:
        LookupError: A name fits no rule; the message names the nearest.
    """
    ids = [each.id for each in all_rules()]
    chosen: set[str] = set()
    for name in wanted:
        meant = [name] if name in ids else [each for each in ids if each.startswith(name)]
        if not meant:
            raise LookupError(f"there is no rule {name!r}{_suggest(name)}")
        chosen.update(meant)
    return tuple(each for each in all_rules() if not wanted or each.id in chosen)


def _suggest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [each.id for each in all_rules()], n=3, cutoff=0.5)
    return f"; near it are {', '.join(near)}" if near else "; `crm-mock contract --contract-report DIR` lists all"
