"""What a record is called in previews and errors. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def name_of(fields: Mapping[str, object]) -> str:
    """Return the name of a record, else its email; empty where it has neither."""
    whole = fields.get("full_name") or fields.get("name")
    parts = [whole] if whole else [fields.get("first_name"), fields.get("last_name")]
    return " ".join(str(part) for part in parts if part) or str(fields.get("email") or "")
