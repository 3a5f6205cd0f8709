"""The JSON Schemas of tools that a client is sent, made as small as they can be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crm_mcp.mcp.calls.shapes import Kind, shape_of

Json = dict[str, Any]

_FOR_LATER_CALLS = frozenset({"id", "next_cursor", "plan_id", "write_id"})
"""Texts in a result that a later call takes."""
_JSON_TYPES: Mapping[Kind, str] = {"text": "string", "id": "string", "list": "array"}


def output_schema_of(result: object) -> Json:
    """Return the output schema of a TypedDict: the keys of a result, but not what is inside their values.

    Of optional texts and booleans only those are kept that a later call takes.
    """
    shape = shape_of(result)
    types = {name: _JSON_TYPES.get(one.kind, one.kind) for name, one in (shape.keys or {}).items()}
    always = [name for name in types if name in shape.required]
    properties = {
        name: {"type": kind}
        for name, kind in types.items()
        if name in always or name in _FOR_LATER_CALLS or kind not in ("string", "boolean")
    }
    required = {"required": always} if always else {}
    return {"properties": properties, **required, "type": "object"}


def slim_schema(schema: Json) -> Json:
    """Return a JSON Schema without titles, empty defaults and references, which cost tokens and tell nothing."""
    definitions = cast("dict[str, Json]", schema.get("$defs", {}))

    def slim(node: object, *, names_properties: bool = False) -> object:
        if isinstance(node, list):
            return [slim(item) for item in cast("list[object]", node)]
        if not isinstance(node, dict):
            return node
        node = cast("Json", node)
        if not names_properties and "$ref" in node:
            node = definitions[str(node["$ref"]).rsplit("/", 1)[-1]] | {k: v for k, v in node.items() if k != "$ref"}
        return {
            key: slim(value, names_properties=key == "properties" and not names_properties)
            for key, value in node.items()
            if names_properties or not _is_noise(key, value, is_object="properties" in node)
        }

    return cast("Json", slim(schema))


_NEVER_SHOWN = frozenset({"title", "$defs", "additionalProperties", "examples"})
"""google-genai dies on `additionalProperties`; unknown arguments are refused by the model of the arguments."""


def _is_noise(key: str, value: object, *, is_object: bool) -> bool:
    if key == "description":
        return is_object  # it would be a docstring
    if key in ("minimum", "minItems"):
        return value in (0, 1)
    return key in _NEVER_SHOWN or (key == "default" and value in ("", [], {}, False))
