"""What a model reads about arguments that a tool does not take: what is wrong, and how it is to look."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crm_mcp.crm.name_matching import nearest, shown
from crm_mcp.mcp.calls.other_names import meant_by, plain
from crm_mcp.mcp.calls.shapes import CrmFields, Shape, example_of

_Location = tuple[int | str, ...]
_WRONG_TYPES = ("_type", "_parsing", "_from_float", "literal_error", "too_short")
_WANTED = {
    "list": "a list",
    "object": "an object",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "text": "one text",
    "id": "one text",
}

_WITH_EXAMPLE = frozenset({"list", "object", "integer", "number"})
_NEAR_BESIDE_FIELDS = 0.8
"""How alike a name must be to an argument's where it may as well be a CRM field's, 0 to 1."""


def explain(tool: str, error: ValidationError, shape: Shape, arguments: Sequence[str]) -> str:
    """Say what is wrong with the arguments of a call, and which there are.

    Args:
        tool: The tool's name.
        error: What its argument model found.
        shape: The shape of its arguments.
        arguments: The names of all that it takes.
    """
    problems = error.errors(include_url=False, include_context=False)
    unknown = [one["loc"] for one in problems if one["type"] == "extra_forbidden"]
    told = [_explain_one(one, shape) for one in problems if one["type"] != "extra_forbidden"]
    parents = dict.fromkeys(location[:-1] for location in unknown)
    for parent in parents:
        names = [str(location[-1]) for location in unknown if location[:-1] == parent]
        told += _explain_unknown(tool, parent, names, _at(shape, parent), [] if parent else arguments)
    return f"{tool}: {'; '.join(told)}. Arguments: {', '.join(arguments) or 'none'}."


def _explain_one(problem: ErrorDetails, shape: Shape) -> str:
    name = _name(problem["loc"])
    if problem["type"] == "missing":
        return f"{name} is required"
    if not name:
        return problem["msg"]
    wanted = _at(shape, problem["loc"])
    if isinstance(problem["loc"][-1], int) and wanted.kind in ("text", "id"):  # the example of a list tells more
        name, wanted = _name(problem["loc"][:-1]), _at(shape, problem["loc"][:-1])
    if problem["type"].endswith(_WRONG_TYPES) and wanted.kind in _WANTED:
        return f"{name}: {_explain_shape(wanted, problem['input'])}"
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{name}: {message}"


def _explain_shape(wanted: Shape, given: object) -> str:
    if wanted.choices:
        return f"should be {' or '.join(wanted.choices)}, not {shown(given)}"
    looks_like = f" such as {_as_json(example_of(wanted))}" if wanted.kind in _WITH_EXAMPLE else ""
    is_json_text = isinstance(given, str) and given.lstrip().startswith(("[", "{"))
    wrong = "and this text is not valid JSON" if is_json_text else f"not {shown(given)}"
    return f"should be {_WANTED[wanted.kind]}{looks_like}, {wrong}"


def _explain_unknown(
    tool: str, parent: _Location, names: Sequence[str], shape: Shape, arguments: Sequence[str]
) -> list[str]:
    """Say of unknown names in one place what is meant, or where they go, or what there is."""
    keys = [*(shape.keys or {})]
    beside = [*keys, *(one for one in arguments if one not in keys)]
    told: list[str] = []
    going: list[str] = []
    holder = next((key for key in keys if _holds_fields((shape.keys or {})[key])), "")
    for name in names:
        meant = meant_by(name, beside, tool)
        is_field = holder and plain(meant) != plain(name) and _is_known_field(name, (shape.keys or {})[holder])
        near = [meant] if meant else nearest(name, beside, cutoff=_NEAR_BESIDE_FIELDS if holder else 0.6)
        if is_field or (holder and not near):
            going.append(name)
            continue
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        takes = f", which takes {', '.join(beside)}" if parent else ""
        told.append(f"unknown argument {_name((*parent, name))!r}{hint}{takes}")
    if going:
        told.append(_explain_holder(parent, going, holder, (shape.keys or {})[holder]))
    return told


def _explain_holder(parent: _Location, names: Sequence[str], holder: str, shape: Shape) -> str:
    """Say that names of CRM fields go into the argument that holds such."""
    called = ", ".join(repr(_name((*parent, name))) for name in names)
    fields = {_field_name(name, shape): "..." for name in names}
    example = _as_json(_filled(shape, fields))
    subject = "CRM fields go" if _crm_fields_of(shape) else "that goes"
    word = "arguments" if len(names) > 1 else "argument"
    return f"unknown {word} {called}: {subject} into `{_name((*parent, holder))}`, as in {holder}: {example}"


def _holds_fields(shape: Shape) -> bool:
    """Tell whether fields by any name can stand in it, at any depth."""
    if shape.kind == "list" and shape.item is not None:
        return _holds_fields(shape.item)
    if shape.kind != "object":
        return False
    return shape.keys is None or any(map(_holds_fields, shape.keys.values())) or {"field", "value"} <= shape.keys.keys()


def _filled(shape: Shape, fields: Mapping[str, object]) -> Any:  # noqa: ANN401  # any JSON
    """Return an example of this shape that holds these fields."""
    if shape.kind == "list" and shape.item is not None:
        return [_filled(shape.item, fields)]
    if shape.keys is None:
        return dict(fields)
    example = cast("dict[str, Any]", example_of(shape))
    if "field" in shape.keys:
        return {**example, "field": next(iter(fields))}
    return {**example, **{key: _filled(one, fields) for key, one in shape.keys.items() if _holds_fields(one)}}


def _is_known_field(name: str, shape: Shape) -> bool:
    """Tell whether a name is spelled as that of a known CRM field, but for case and signs."""
    fields = _crm_fields_of(shape)
    return fields is not None and plain(name) in map(plain, fields.names)


def _field_name(name: str, shape: Shape) -> str:
    """Return the API name of the CRM field that a name means; any other name as it is."""
    fields = _crm_fields_of(shape)
    return name if fields is None else fields.names.get(meant_by(name, fields.names), name)


def _crm_fields_of(shape: Shape) -> CrmFields | None:
    if shape.crm_fields is not None:
        return shape.crm_fields
    inside = [shape.item] if shape.item is not None else list((shape.keys or {}).values())
    return next((found for one in inside if (found := _crm_fields_of(one))), None)


def _at(shape: Shape, location: _Location) -> Shape:
    """Return the shape at a place; of what is not known, the shape of anything."""
    for part in location:
        inside = shape.item if isinstance(part, int) else (shape.keys or {}).get(part)
        shape = inside or Shape("any")
    return shape


def _name(location: _Location) -> str:
    return ".".join(str(part) for part in location)[:80]


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
