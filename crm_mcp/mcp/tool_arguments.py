"""What the function of a tool takes: its model, which coerces and checks, and the schema that a client sees."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from pydantic import create_model

from crm_mcp.mcp.arguments import arguments_described_elsewhere, flat_parameters
from crm_mcp.mcp.calls.coercion import CallArguments
from crm_mcp.mcp.calls.schemas import Json, slim_schema


@dataclass(frozen=True, slots=True)
class ToolArguments:
    """What a function takes, as its signature, the model that checks it, and the schema that a client sees."""

    signature: inspect.Signature
    model: type[CallArguments]
    schema: Json


_KNOWN: MutableMapping[object, dict[tuple[str, ...], ToolArguments]] = WeakKeyDictionary()
"""Of functions that were made tools before: a server for each of many logins, or accounts, has the same ones."""


def arguments_of(function: Callable[..., Awaitable[object]], unlisted: Sequence[str]) -> ToolArguments:
    """Return what a function takes; arguments that are `unlisted` are taken but stand in no schema."""
    unlisted = tuple(unlisted)
    known = _KNOWN.setdefault(getattr(function, "__func__", function), {})
    if unlisted not in known:
        known[unlisted] = _read_arguments(function, unlisted)
    return known[unlisted]


def _read_arguments(function: Callable[..., Awaitable[object]], unlisted: Sequence[str]) -> ToolArguments:
    signature = inspect.signature(function, eval_str=True)
    model = _argument_model(function.__name__, flat_parameters(signature), unlisted)
    schema = slim_schema(model.model_json_schema())
    for argument in unlisted:
        del schema["properties"][argument]
    for argument in arguments_described_elsewhere(signature):
        schema["properties"][argument] = {"type": schema["properties"][argument]["type"]}
    return ToolArguments(signature, model, schema)


def _argument_model(name: str, parameters: Sequence[inspect.Parameter], unlisted: Sequence[str]) -> type[CallArguments]:
    """Return the model of a tool's arguments.

    A tool that lists no argument ignores what it is sent: some hosts invent one for it.
    """
    required = inspect.Parameter.empty
    fields = {one.name: (one.annotation, ... if one.default is required else one.default) for one in parameters}
    extra = "forbid" if fields.keys() - set(unlisted) else "ignore"
    return create_model(name, __base__=CallArguments, __cls_kwargs__={"extra": extra}, **cast("Any", fields))
