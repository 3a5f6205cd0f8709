"""Arguments of tools: the types that tools of all CRMs share, and parameter objects.

Each type is a plain one in the schema that a model reads. In the signature of a tool's function a dataclass, its
parameter object, stands for one flat argument a field, so that what several tools take in common is added in one place.
A `Cursor` stands for the text argument of its name, bound to all other arguments.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from mcp.server.mcpserver import Context
from pydantic import Field, WithJsonSchema

from crm_mcp.mcp.calls.caller import current_caller
from crm_mcp.mcp.calls.shapes import Identifier
from crm_mcp.mcp.cursor import PAGING_ARGUMENTS, Cursor

_T = TypeVar("_T")

CallContext = Context[Any, Any]
"""The context of one call: a parameter of this type is filled by the SDK and does not appear in the schema."""


Id = Annotated[str, Identifier()]
"""An id or a name: text without white space round it, and a number is taken too."""
Module = Annotated[Id, Field(description="name or id")]
Text = str
"""Text, and a number or a boolean is taken too."""
Limit = Annotated[int, Field(ge=1, le=100)]
FieldNames = Annotated[list[str], Field(description="names to show", examples=[["name", "email"]])]
"""Names of the fields to show."""
Detail = Annotated[bool, Field(description="all fields, raw")]
TextFrom = Annotated[int, Field(ge=0)]
JsonObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
"""Any JSON object; its schema says no more than that."""
Fields = JsonObject
"""The CRM's own field names with values."""

GroupBy = Annotated[
    list[str], Field(description="fields; of dates year:, quarter:, month:, week:, day:FIELD", examples=[["status"]])
]
Measures = Annotated[list[str], Field(description="sum:FIELD, average:, min:, max:", examples=[["sum:FIELD"]])]
MaxGroups = Annotated[int, Field(ge=0, le=1000, description="0: a short list"), WithJsonSchema({"type": "integer"})]
"""How many groups a summary lists; 0 for as many as 2 kB hold."""


@dataclass(frozen=True, slots=True)
class DescribedBy:
    """Annotates a parameter object whose arguments another tool describes: here the schema gives their types alone."""

    tool: str


def flatten(
    function: Callable[..., Awaitable[object]], signature: inspect.Signature
) -> Callable[..., Awaitable[object]]:
    """Return a function that takes the `flat_parameters` of a signature by keyword."""
    objects = {name: kind for name, kind, _ in _parameter_objects(signature)}
    cursors = [one.name for one in signature.parameters.values() if one.annotation is Cursor]

    @functools.wraps(function)
    async def flat(**given: object) -> object:
        arguments = {**given, **{name: _bind_cursor(function.__name__, name, given) for name in cursors}}
        for name, kind in objects.items():
            arguments[name] = take_fields(kind, arguments)
            for field in fields(kind):
                del arguments[field.name]
        return await function(**arguments)

    return flat


def flat_parameters(signature: inspect.Signature) -> list[inspect.Parameter]:
    """Return one parameter for each field of the parameter objects of a signature, and a text as cursor.

    That which takes the context of a call is left out.
    """
    context = context_parameter(signature)
    return [flat for one in signature.parameters.values() if one.name != context for flat in _flat_parameters(one)]


def context_parameter(signature: inspect.Signature) -> str | None:
    """Return the parameter that the SDK fills with the context of a call."""
    for one in signature.parameters.values():
        if inspect.isclass(one.annotation) and issubclass(one.annotation, Context):
            return one.name
    return None


def arguments_described_elsewhere(signature: inspect.Signature) -> list[str]:
    """Return the flat arguments of the parameter objects that are `DescribedBy` another tool."""
    return [
        field.name
        for _, kind, notes in _parameter_objects(signature)
        if any(isinstance(note, DescribedBy) for note in notes)
        for field in fields(kind)
    ]


def take_fields(kind: type[_T], arguments: Mapping[str, Any]) -> _T:
    """Return a parameter object of those arguments that are its fields."""
    return kind(**{field.name: arguments[field.name] for field in fields(cast("Any", kind))})


def _bind_cursor(tool: str, name: str, given: Mapping[str, object]) -> Cursor:
    scope = {
        key: value for key, value in given.items() if key not in PAGING_ARGUMENTS and not isinstance(value, Context)
    }
    logins = current_caller().logins
    return Cursor.decode(str(given[name]), [tool, scope, logins] if logins else [tool, scope])


def _parameter_objects(signature: inspect.Signature) -> Iterator[tuple[str, type[Any], tuple[object, ...]]]:
    """Yield each parameter object with its dataclass and what else annotates it."""
    for one in signature.parameters.values():
        kind, *notes = get_args(one.annotation) if get_origin(one.annotation) is Annotated else (one.annotation,)
        if kind is not Cursor and is_dataclass(kind):
            yield one.name, cast("type[Any]", kind), tuple(notes)


def _flat_parameters(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    annotation = parameter.annotation
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if kind is Cursor:
        yield _keyword(parameter.name, str, "")
    elif is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            yield _keyword(field.name, hints[field.name], _default_of(field))
    else:
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)


def _keyword(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _default_of(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return inspect.Parameter.empty if field.default is MISSING else field.default
