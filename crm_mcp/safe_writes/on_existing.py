"""What a tool that creates does where the record is there already: its argument `on_existing`. Pure.

A `Target` looks for what is there when it refreshes a change, and gives what it found to `apply_on_existing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

from pydantic import Field, WithJsonSchema

from crm_mcp.crm.duplicates import name_existing
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.safe_writes.changes import Change, Values

REFUSE = "refuse"
RETURN = "return"
UPDATE = "update"
_WORDS = (REFUSE, RETURN, UPDATE)

OnExisting = Annotated[
    str,
    Field(description="what if it is there already"),
    WithJsonSchema({"type": "string", "enum": list(_WORDS)}),
]
"""`refuse` (the default) writes nothing and names the one that is there; `return` gives its id; `update` changes it."""


class Existing(NamedTuple):
    """A record that is there already; its name is untrusted text."""

    name: str
    record_id: str


def check_on_existing(on_existing: str, *, allow_duplicate: bool) -> str:
    """Return the word that was meant.

    Raises:
        InputError: There is no such word, or it contradicts `allow_duplicate`.
    """
    word = resolve_choice("on_existing", on_existing or REFUSE, {one: one for one in _WORDS})
    if allow_duplicate and word != REFUSE:
        raise InputError(
            f"allow_duplicate creates another record, and on_existing: {word!r} uses the one that is there.",
            hint="Give only one of them.",
        )
    return word


def apply_on_existing(
    change: Change, found: Sequence[Existing], on_existing: str, *, update_tool: str, compared: str = "email or phone"
) -> Change:
    """Return the change of a new record by what is there already: as it is, refused, or of the one that was found.

    The notes of the new one are gone. With `update` the caller then reads the record and sets `before`, and what is
    sent and shown of it.

    Args:
        change: The new record.
        found: The records that it duplicates, each once.
        on_existing: One of the three words.
        update_tool: The tool that changes an existing record, for the next step in a refusal.
        compared: The fields by which they were found, for a refusal.
    """
    if not found:
        return change
    if on_existing == REFUSE:
        return replace(change, problem=f"{name_existing(found, compared)}.", way_on=_ways_on(update_tool))
    if len(found) > 1:
        return replace(
            change,
            problem=f"{name_existing(found, compared)}.",
            way_on="With several matches on_existing cannot choose one. "
            f"Change one with {update_tool}, or create another with allow_duplicate: true.",
        )
    ((name, record_id),) = found
    nothing: Values = {}
    return replace(change, record_id=record_id, name=name, is_existing=True, before=nothing, shown=nothing, notes=())


def _ways_on(update_tool: str) -> str:
    return (
        f"Change it with {update_tool}, use it with on_existing: return or update, or create another with "
        "allow_duplicate: true."
    )
