"""What was written as people read it: a line for each record, and one for each field with both its values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NotRequired

from typing_extensions import TypedDict

from crm_mcp.crm.wording import quote_text
from crm_mcp.languages import Texts, current, pmark
from crm_mcp.languages.writing import QUOTES, write_day
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.undo.recorded_messages import tell_again
from crm_mcp.store.audit.calls import AuditedCall, AuditedWrite

_texts = Texts(__file__)
OUTCOMES = (
    pmark("outcome", "sent"),
    pmark("outcome", "written"),
    pmark("outcome", "refused"),
    pmark("outcome", "unknown"),
    pmark("outcome", "skipped"),
)
_LONGEST = 60
"""Characters of a value in a line; JSON has values whole."""


class FieldEntry(TypedDict):
    """The change of one field, as the CRM shows it; `before` is absent for a new record."""

    field: str
    before: NotRequired[Any]
    after: Any


class AuditEntry(TypedDict):
    """One record that was written, or was to be."""

    at: str
    crm: str
    account: NotRequired[str]
    tool: str
    who: str
    write_id: str
    call: str
    id: str
    name: str
    outcome: str
    changes: list[FieldEntry]
    message: NotRequired[str]
    undoes: NotRequired[str]
    undone_by: NotRequired[str]


def list_entries(
    calls: Sequence[AuditedCall], crms: Mapping[str, str], names: Mapping[str, str] | None = None
) -> list[AuditEntry]:
    """Return an entry for each record, in the order of the calls.

    `crms` has the CRM of each account, and `names` what the accounts are called where there are several.
    """
    entries: list[AuditEntry] = []
    for call in calls:
        for write in call.writes:
            entry = _entry(call, write, crms.get(call.account, ""))
            entries.append({**entry, "account": names[call.account]} if names else entry)
    return entries


def _entry(call: AuditedCall, write: AuditedWrite, crm: str) -> AuditEntry:
    change = write.change
    entry: AuditEntry = {
        "at": datetime.fromtimestamp(write.at, UTC).isoformat(timespec="seconds"),
        "crm": crm,
        "tool": call.tool,
        "who": call.who,
        "write_id": write.write_id,
        "call": call.write_id,
        "id": write.record_id,
        "name": change.get("name") or "",
        "outcome": write.outcome,
        "changes": changes_of(change),
    }
    if message := (write.result or {}).get("message"):
        entry["message"] = message
    if undoes := change.get("undoes"):
        entry["undoes"] = undoes
    if write.undone_by:
        entry["undone_by"] = write.undone_by
    return entry


def changes_of(change: Mapping[str, Any]) -> list[FieldEntry]:
    """Return the fields that a recorded change changes."""
    before = change.get("before")
    names = [name for name, value in change["shown"].items() if before is None or before.get(name) != value]
    return [_field(name, before, change["shown"][name]) for name in names]


def _field(name: str, before: Mapping[str, Any] | None, after: object) -> FieldEntry:
    if before is None:
        return {"field": name, "after": after}
    return {"field": name, "before": before.get(name), "after": after}


def render_entries(entries: Sequence[AuditEntry], zone: tzinfo | None = None) -> str:
    """Return entries as lines for a terminal, in a zone, by default the machine's; the newest stands last."""
    return "\n".join(line for entry in entries for line in _lines(entry, zone))


def _lines(entry: AuditEntry, zone: tzinfo | None) -> list[str]:
    at = datetime.fromisoformat(entry["at"]).astimezone(zone)
    record = " ".join(filter(None, [entry["id"] or _texts.text("(new)"), entry["name"] and _shown(entry["name"])]))
    links = [_texts.text("undoes {write_id}", write_id=entry["undoes"])] if "undoes" in entry else []
    links += [_texts.text("undone by {write_id}", write_id=entry["undone_by"])] if "undone_by" in entry else []
    told = [f"({', '.join(links)})"] if links else []
    time = write_day(f"{at:%Y-%m-%d %H:%M:%S}", current())
    outcome = _texts.ptext("outcome", entry["outcome"])
    where = [entry["write_id"], entry.get("account", ""), entry["tool"]]
    parts = [time, *where, record, outcome, entry["who"], *told]
    fields = [f"    {_line(one['field'])}: {_change(one)}" for one in entry["changes"]]
    message = [f"    {tell_again(quote_text(remove_hidden(entry['message'])))}"] if "message" in entry else []
    return ["  ".join(filter(None, parts)), *fields, *message]


def _change(field: FieldEntry) -> str:
    after = _shown(field["after"])
    return f"{_shown(field['before'])} -> {after}" if "before" in field else after


def _shown(value: object) -> str:
    if value is None or value == "":
        return _texts.text("(empty)")
    line = _line(value)
    quotes = QUOTES[current()]
    return f"{quotes[0]}{line}{quotes[1]}" if isinstance(value, str) else line


def _line(value: object) -> str:
    """Return a value as one short line: what stands in a CRM was written by strangers."""
    line = quote_text(remove_hidden(str(value)))
    if len(line) <= _LONGEST:
        return line
    return _texts.text("{text}... ({count} characters)", text=line[:_LONGEST], count=len(str(value)))
