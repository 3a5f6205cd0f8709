"""Drafts as JSON, so that they outlive the process that made them. Pure."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Target

Restore = Callable[[Mapping[str, Any]], Awaitable[Target]]
"""Makes a target again from what its `saved` returned."""


def restore_as(target: Target) -> Restore:
    """Return what gives the same target whatever was saved, for one that is the same in every process."""

    async def restore(saved: Mapping[str, Any]) -> Target:
        del saved
        return target

    return restore


_BESIDE = ("is_batch", "is_mixed", "needs_refresh", "warnings", "read_at_s")


def to_json(value: object, *, sort_keys: bool = False) -> str:
    """Return a value as JSON text; with its keys sorted, equal values give the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"), default=list)


def change_to_json(change: Change) -> str:
    """Return a change as JSON text."""
    return to_json(_dumped(change))


def change_from_json(text: str) -> Change:
    """Return the change that a text stands for."""
    return change_from_saved(json.loads(text))


def draft_to_json(draft: Draft) -> str:
    """Return a draft as JSON text, with what its target can be made of again."""
    return to_json(
        {
            **{name: getattr(draft, name) for name in _BESIDE},
            "target": draft.target.saved(),
            "changes": [_dumped(change) for change in draft.changes],
        }
    )


async def draft_from_json(text: str, restore: Restore) -> Draft:
    """Return the draft that a text stands for."""
    saved: dict[str, Any] = json.loads(text)
    changes = [change_from_saved(change) for change in saved["changes"]]
    return Draft(await restore(saved["target"]), changes, **{name: saved[name] for name in _BESIDE})


def _dumped(change: Change) -> dict[str, object]:
    return {field.name: getattr(change, field.name) for field in fields(change)}


def change_from_saved(saved: Mapping[str, Any]) -> Change:
    """Return the change that parsed JSON stands for."""
    known: dict[str, Any] = {**saved, "notes": tuple(cast("Sequence[str]", saved["notes"]))}
    return Change(**known)
