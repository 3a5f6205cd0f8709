"""Known deviations of a target: rules that it is known to break, why, and since when.

{"deviations": [{"rule": "minicrm.search.types", "why": "ids are numbers", "since": "2026-11-02"}]}

YAML of the same shape is taken too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class BaselineError(Exception):
    """The baseline cannot be read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One rule that a target is known to break.

    Attributes:
        rule: The rule's id.
        why: What the target does, or why that is accepted.
        since: Since when it is known.
    """

    rule: str
    why: str
    since: str


def read_baseline(path: Path) -> Mapping[str, Deviation]:
    """Read a baseline file.

    Raises:
        BaselineError: It is no baseline, or names a rule that does not exist.
    """
    import yaml

    try:
        document: object = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML
    except (OSError, yaml.YAMLError) as error:
        raise BaselineError(f"{path}: {error}") from error
    items: Any = cast("dict[str, object]", document).get("deviations") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise BaselineError(f'{path}: write {{"deviations": [{{"rule": ..., "why": ..., "since": ...}}]}}')
    known = {rule.id for rule in all_rules()}
    return {each.rule: each for item in cast("list[object]", items) if (each := _read_deviation(item, known, path))}


def _read_deviation(item: object, known: set[str], path: Path) -> Deviation:
    if not isinstance(item, dict):
        raise BaselineError(f"{path}: every deviation is an object with rule, why and since")
    fields = cast("dict[str, object]", item)
    missing = [name for name in ("rule", "why", "since") if not fields.get(name)]
    if missing:
        raise BaselineError(f"{path}: {fields.get('rule', 'a deviation')} lacks {', '.join(missing)}")
    if str(fields["rule"]) not in known:
        raise BaselineError(f"{path}: there is no rule {fields['rule']!r}")
    return Deviation(str(fields["rule"]), str(fields["why"]), str(fields["since"]))
