"""Names and choices checked by a schema before something is written or searched for. Pure.

MiniCRM takes a user that does not exist and gives the card to a random one (observed), and refuses a wrong choice by
its field's label only. So a name or choice that a schema does not hold is refused here, with the nearest ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crm_mcp.crm.name_matching import did_you_mean, resolve_choice, shown, unknown_choice
from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.local_time import parse_field_time
from crm_mcp.minicrm.field_table import PROJECT, STATUS_GROUPS
from crm_mcp.minicrm.wire.bodies import read_count, read_id, read_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from crm_mcp.minicrm.models import Schema, SchemaField


def check_field_names(schema: Schema | None, names: Iterable[str], known: Collection[str] = ()) -> None:
    """Refuse an API name that is neither in the schema nor in `known`; names are case-sensitive (observed).

    There is no schema of addresses. `known` are names of the field table that the API takes beside those of a schema.
    """
    fields = [] if schema is None else [field["name"] for field in schema["fields"]]
    valid = list(dict.fromkeys([*fields, *known]))
    unknown = [name for name in names if name not in valid]
    if not unknown:
        return
    where = "describe_module lists the fields." if schema is not None else f"Fields: {', '.join(valid)}."
    raise InputError(
        "; ".join(f"There is no field {shown(name)}{did_you_mean(name, valid)}" for name in unknown) + ".",
        hint=f"Names are case-sensitive. {where}",
    )


def resolve_set(field_name: str, value: object, choices: Mapping[str, str]) -> str | int:
    """Return a multiple choice as it is written: labels joined by commas, or a bitmask where a label holds a comma.

    The value is a bitmask, labels joined by commas as the CRM sends them, or a list of labels or ids; the ids of the
    choices are powers of two.

    Source: minicrm.txt, "Database Schema" (Set); fixtures minicrm/06 and 06b.
    """
    if isinstance(value, list | tuple):
        parts = list(cast("list[object]", value))
        return _joined([resolve_choice(field_name, part, choices) for part in parts], choices)
    text = (read_text(value) or "").strip()
    bitmask = read_count(text)
    if bitmask is not None and text not in choices.values():
        every_bit = sum(int(choice_id) for choice_id in choices if read_id(choice_id))
        if bitmask & ~every_bit:
            raise unknown_choice(field_name, value, choices)
        return bitmask
    return _joined(_split_labels(field_name, text, choices), choices)


def _split_labels(field_name: str, text: str, choices: Mapping[str, str]) -> list[str]:
    """Return the ids of labels joined by commas; labels may hold commas, and the longest one wins."""
    parts = text.split(",")
    found: list[str] = []
    at = 0
    while at < len(parts):
        for end in range(len(parts), at, -1):
            label = ",".join(parts[at:end])
            try:
                found.append(resolve_choice(field_name, label, choices))
            except InputError:
                if end == at + 1:
                    raise
            else:
                at = end
                break
    return found


def _joined(ids: list[str], choices: Mapping[str, str]) -> str | int:
    labels = [choices[choice_id] for choice_id in dict.fromkeys(ids)]
    if any("," in label for label in labels) and all(read_id(choice_id) for choice_id in ids):
        return sum({int(choice_id) for choice_id in ids})
    return ",".join(labels)


def resolve_fields(
    schema: Schema, fields: Mapping[str, object], known: Collection[str] = (), zone: ZoneInfo | None = None
) -> dict[str, object]:
    """Return fields ready to be sent: names checked, choices by id, date-times in the account's zone.

    An empty value empties a field and is sent as it is (assumed), except for status, user and module.
    A choice is given by label or id; `known` is as in `check_field_names`. Without a zone date-times are sent as given.
    """
    check_field_names(schema, fields, known)
    by_name = {field["name"]: field for field in schema["fields"]}
    return {name: _resolved(name, value, by_name.get(name), zone) for name, value in fields.items()}


def _resolved(name: str, value: object, field: SchemaField | None, zone: ZoneInfo | None) -> object:
    choices = None if field is None else field.get("choices")
    if name in PROJECT.chosen:
        return resolve_choice(name, value, choices or {})
    if value is None or value == "":
        return value
    if field is not None and choices is not None:
        return _resolved_choice(field, value, choices)
    is_date = name in PROJECT.dates if field is None else field["type"] == "DateTime"
    return parse_field_time(value, zone) if is_date and zone is not None and isinstance(value, str) else value


def _resolved_choice(field: SchemaField, value: object, choices: Mapping[str, str]) -> object:
    if field["type"] == "Set":
        return resolve_set(field["name"], value, choices)
    if field["type"] == "Enum or Set":
        try:
            return resolve_choice(field["name"], value, choices)
        except InputError:
            return resolve_set(field["name"], value, choices)
    return resolve_choice(field["name"], value, choices)


def choices_of(field: str, schemas: Sequence[Schema], modules: Mapping[str, str]) -> dict[str, str]:
    """Return the labels by id of a project field whose choices exclude each other; none where they may not.

    A project may have several choices of a Set, and what only may be an Enum could be one. Where modules give one name
    to fields with different choices, an id means different things.
    """
    if field == "CategoryId":
        return dict(modules)
    if field == "StatusGroup":
        return dict(STATUS_GROUPS)
    found = [one for schema in schemas for one in schema["fields"] if one["name"] == field]
    if field in PROJECT.chosen:
        return {key: label for one in found for key, label in one.get("choices", {}).items()}
    if not found or any(one["type"] != "Enum" or one.get("choices") != found[0].get("choices") for one in found):
        return {}
    return dict(found[0].get("choices", {}))
