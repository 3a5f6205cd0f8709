"""A record as people paste it from a table, made the tool's own arguments. Pure.

Keys may be spelled as the CRM's fields are, and fields may stand beside the arguments, as columns do in a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError
from crm_mcp.mcp.calls.coercion import parse_json_text
from crm_mcp.mcp.calls.other_names import meant_by, plain
from crm_mcp.mcp.calls.shapes import Shape

Json = dict[str, Any]


def read_row(row: Mapping[str, object], shape: Shape, tool: str, *, is_new: bool) -> Json:
    """Return the tool's arguments that a row holds.

    Args:
        row: The record as it was given.
        shape: The shape of the tool's arguments.
        tool: The tool's name, for what `Id` means.
        is_new: Whether the record is to be created: then an empty cell is no value.

    Raises:
        InputError: Two keys of the row name the same argument or field.
    """
    arguments = shape.keys or {}
    holder = next((name for name, one in arguments.items() if one.crm_fields is not None), "")
    own, beside = Json(), Json()
    for key, value in row.items():
        place, name = _place_of(key, arguments, holder, tool)
        if is_new and is_blank(value):
            continue
        _put(beside if place else own, name, _trimmed(value) if is_new else value, key)
    if not holder:
        return own
    given = parse_json_text(own.get(holder))
    if isinstance(given, dict) and (beside or is_new):
        fields = cast("Json", given)
        if is_new:
            fields = {name: _trimmed(value) for name, value in fields.items() if not is_blank(value)}
        own[holder] = dict(fields)
        for name, value in beside.items():
            _put(own[holder], name, value, name)
    elif beside:
        own[holder] = beside
    return own


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing but white space."""
    return value is None or (isinstance(value, str) and not mend_text(value))


def _trimmed(value: object) -> object:
    """Return the value of a cell without the white space round it."""
    return value.strip() if isinstance(value, str) else value


def _place_of(key: str, arguments: Mapping[str, Shape], holder: str, tool: str) -> tuple[str, str]:
    """Return the argument that holds a key of a row, empty where it is one itself, and the name it has there."""
    if key in arguments:
        return "", key
    if alike := next((one for one in arguments if plain(one) == plain(key)), ""):
        return "", alike
    fields = arguments[holder].crm_fields if holder else None
    known = {plain(name): field for name, field in fields.names.items()} if fields else {}
    if field := known.get(plain(key)):
        return holder, field
    if not key[:1].isupper():  # not in the CRM's spelling
        return "", key
    meant = meant_by(key, [one for one in arguments if one != holder], tool)
    return ("", meant or key) if meant or not holder else (holder, key)


def _put(into: Json, name: str, value: object, key: str) -> None:
    if name in into:
        raise InputError(f"{name} is given twice, once as {key!r}.", hint="Give it once.")
    into[name] = value
