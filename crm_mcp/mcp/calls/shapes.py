"""The shape of a tool's arguments, read from their types: by it they are coerced, and wrong ones explained."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, Required, cast, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo
from typing_extensions import get_type_hints, is_typeddict

Kind = Literal["text", "id", "integer", "number", "boolean", "list", "object", "any"]
_SCALARS: Mapping[object, Kind] = {str: "text", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Identifier:
    """Annotates a text that is an id or a name: white space round it is not part of it, and 6002.0 is 6002."""


@dataclass(frozen=True, slots=True)
class CrmFields:
    """Annotates an object of a CRM's fields by name, or a list of conditions on such fields.

    Attributes:
        names: The API names of fields that are known, by what else they are called; a field may stand under several.
    """

    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Shape:
    """What an argument, or a part of it, looks like.

    Attributes:
        kind: What it is; `any` is taken as it comes.
        item: The shape of the items of a list.
        keys: The shapes of an object's keys; None where it takes any.
        required: The keys that must be there.
        choices: The texts that the argument model takes; empty where it takes any.
        crm_fields: The names of the CRM fields that stand in it; None where it holds something else.
        example: One such value; None where one is made up.
    """

    kind: Kind
    item: Shape | None = None
    keys: Mapping[str, Shape] | None = None
    required: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    crm_fields: CrmFields | None = None
    example: Any = None


@functools.cache
def shape_of_model(model: type[BaseModel]) -> Shape:
    """Return the shape of a model's fields."""
    keys = {name: shape_of(one.annotation, (*one.metadata, one)) for name, one in model.model_fields.items()}
    required = frozenset(name for name, one in model.model_fields.items() if one.is_required())
    return Shape("object", keys=keys, required=required)


def shape_of(annotation: Any, notes: Sequence[object] = ()) -> Shape:  # noqa: ANN401  # any type
    """Return the shape of a type; `notes` are what annotates it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *own = get_args(annotation)
        return shape_of(inner, (*own, *notes))
    if origin in (Required, NotRequired):
        return shape_of(get_args(annotation)[0], notes)
    example = _example_in(notes)
    if origin is Literal:
        return Shape("text", choices=cast("tuple[str, ...]", get_args(annotation)), example=example)
    crm_fields = next((note for note in notes if isinstance(note, CrmFields)), None)
    if origin is list:
        return Shape("list", item=shape_of(get_args(annotation)[0]), crm_fields=crm_fields, example=example)
    if is_typeddict(annotation):
        return _shape_of_typed_dict(annotation)
    if dict in (annotation, origin):
        return Shape("object", crm_fields=crm_fields, example=example)
    is_id = any(isinstance(note, Identifier) for note in notes)
    return Shape("id" if is_id else _SCALARS.get(annotation, "any"), example=example)


@functools.cache
def _shape_of_typed_dict(annotation: Any) -> Shape:  # noqa: ANN401
    hints = get_type_hints(annotation, include_extras=True)
    keys = {name: shape_of(hint) for name, hint in hints.items()}
    required = frozenset(name for name, hint in hints.items() if _is_required(annotation, name, get_origin(hint)))
    return Shape("object", keys=keys, required=required)


def _is_required(annotation: Any, name: str, qualifier: object) -> bool:  # noqa: ANN401
    """Tell whether a TypedDict always has a key: where its annotations are text, it knows no qualifiers by itself."""
    return qualifier is Required or (name in annotation.__required_keys__ and qualifier is not NotRequired)


def _example_in(notes: Sequence[object]) -> Any:  # noqa: ANN401  # any JSON
    """Return the example that a type is annotated with: an example proper, a number by default, the first choice."""
    for note in notes:
        if isinstance(note, FieldInfo) and note.examples:
            return note.examples[0]
        if isinstance(note, FieldInfo) and isinstance(note.default, int) and note.default:
            return note.default
        if isinstance(note, WithJsonSchema) and (note.json_schema or {}).get("enum"):
            return (note.json_schema or {})["enum"][0]
    return None


def example_of(shape: Shape) -> Any:  # noqa: ANN401  # any JSON
    """Return a value of this shape, with what must be in it."""
    if shape.example is not None:
        return shape.example
    match shape.kind:
        case "list":
            return [example_of(shape.item or Shape("any"))]
        case "object" if shape.keys is None:
            name = next(iter(shape.crm_fields.names.values()), "FIELD") if shape.crm_fields else "FIELD"
            return {name: "..."}
        case "object":
            return {name: example_of(one) for name, one in (shape.keys or {}).items() if name in shape.required}
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "id":
            return "1234"
        case _:
            return shape.choices[0] if shape.choices else "..."
