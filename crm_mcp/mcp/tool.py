"""How a plain async function becomes an MCP tool: its schemas made small and strict, its errors written for a model.

Errors turn into MCP's `ToolError` here and nowhere else.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any, Self, cast, get_args, get_origin

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import PrivateAttr, ValidationError

from crm_mcp.crm.call import Call, answering
from crm_mcp.errors import CrmError, UnknownModuleError
from crm_mcp.mcp.arguments import context_parameter, flatten
from crm_mcp.mcp.calls.refusals import explain
from crm_mcp.mcp.calls.schemas import Json, output_schema_of
from crm_mcp.mcp.calls.shapes import Shape, shape_of_model
from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCallError, UnfinishedCalls
from crm_mcp.mcp.tool_arguments import arguments_of
from crm_mcp.rendering.hidden_characters import may_hide, remove_hidden, without_hidden
from crm_mcp.rendering.shortening import MAX_ANSWER_BYTES
from crm_mcp.telemetry.current import note_error

FindModule = Callable[[str], Awaitable[str]]
"""Returns a sentence about a module of another CRM, empty where there is none."""

_WORTH_TELLING_S = 60.0
"""How old what was read before may be without a word."""

READ = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
CREATE = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
UPDATE = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True)
ISSUE = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True)


@dataclass(frozen=True, slots=True)
class FileResource:
    """Files that a tool links to.

    Attributes:
        uri: Their address, with the parameters of `read` in braces.
        name: What the resource is called.
        description: What it gives, as a sentence.
        read: Returns the bytes of one.
    """

    uri: str
    name: str
    description: str
    read: Callable[..., Awaitable[bytes]]


class CrmTool(Tool):
    """A tool whose result has a compact text form, and whose errors say what to do next."""

    _find_module: FindModule | None = PrivateAttr(default=None)
    _unfinished: UnfinishedCalls | None = PrivateAttr(default=None)
    _files: Sequence[FileResource] = PrivateAttr(default=())

    @classmethod
    def of(
        cls,
        function: Callable[..., Awaitable[object]],
        *,
        title: str,
        annotations: ToolAnnotations,
        name: str = "",
        unlisted: Sequence[str] = (),
    ) -> Self:
        """Make a tool of a function, as `build_tool` does, but without an output schema.

        What the SDK makes of a function is not used: it would take a second model of the arguments to coerce them.
        """
        taken = arguments_of(function, unlisted)
        return cls(
            fn=flatten(function, taken.signature),
            name=name or function.__name__,
            title=title,
            description=" ".join((function.__doc__ or "").split()),
            parameters=deepcopy(taken.schema),
            fn_metadata=FuncMetadata(arg_model=taken.model),
            is_async=True,
            context_kwarg=context_parameter(taken.signature),
            annotations=annotations,
        )

    async def run(self, arguments: Json, context: Any, convert_result: bool = False) -> Any:  # noqa: ANN401, ARG002  # the SDK's signature
        """Run the tool and return an MCP result: compact JSON as text beside the same data as structure.

        Raises:
            ToolError: The arguments are wrong or the CRM call failed; the text is for the model.
        """
        with answering(context) as call:
            try:
                result = await self._answer(arguments, context, call)
            except UnfinishedCallError as error:
                note_error(error)
                raise ToolError(str(error)) from error
            except ToolError as error:
                note_error(error)
                raise
        if not isinstance(result, dict):
            return result
        answer = cast("Json", result)
        if self.is_read and call.oldest_read_s >= _WORTH_TELLING_S:
            age = f"Some of it was read up to {math.ceil(call.oldest_read_s / 60)} minutes ago."
            answer["note"] = " ".join(filter(None, [answer.get("note", ""), age]))
        shown = compact_result(answer)
        self._refuse_what_is_too_long(shown)
        return shown

    async def _answer(self, arguments: Json, context: Any, call: Call) -> Any:  # noqa: ANN401  # the SDK's signature
        if self._unfinished is None:
            return await self._work(arguments, context)
        key = json.dumps([self.name, arguments], sort_keys=True, default=str)
        work = functools.partial(self._work, arguments, context)
        return await self._unfinished.answer(self.name, key, call, work, is_read=self.is_read)

    async def _work(self, arguments: Json, context: Any) -> Any:  # noqa: ANN401  # the SDK's signature
        """Return what the tool's function returns.

        Raises:
            ToolError: As of `run`.
        """
        try:
            return await super().run(arguments, context)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(self.explain(cause)) from cause
            if isinstance(cause, UnknownModuleError):
                raise ToolError(remove_hidden(await self._explain_module(cause))) from cause
            if isinstance(cause, CrmError):
                raise ToolError(remove_hidden(str(cause))) from cause
            raise

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.annotations is not None and bool(self.annotations.read_only_hint)

    @property
    def files(self) -> Sequence[FileResource]:
        """The files that its results link to."""
        return self._files

    def with_files(self, *files: FileResource) -> Self:
        """Return the tool, served together with the files that its results link to."""
        self._files = files
        return self

    def go_on_behind(self, calls: UnfinishedCalls) -> None:
        """Let what takes longer than its call may go on behind it: the same call again returns the result."""
        self._unfinished = calls

    def look_for_modules_by(self, find_module: FindModule) -> None:
        """Let refusals of an unknown module say where else it is, by what this returns of its name."""
        self._find_module = find_module

    async def _explain_module(self, error: UnknownModuleError) -> str:
        elsewhere = await self._find_module(error.module) if self._find_module else ""
        return f"{error.args[0]} {elsewhere}" if elsewhere else str(error)

    def _refuse_what_is_too_long(self, result: CallToolResult) -> None:
        """Refuse a result over the limit; the tools whose results can grow keep within it themselves."""
        (block,) = result.content
        if self.is_read and isinstance(block, TextContent) and (size := len(block.text.encode())) > MAX_ANSWER_BYTES:
            raise ToolError(f"The result of {self.name} has {size:,} bytes, too many to read. Ask for less at a time.")

    @property
    def shape(self) -> Shape:
        """The shape of its arguments, nested ones included."""
        return shape_of_model(self.fn_metadata.arg_model)

    def explain(self, error: ValidationError) -> str:
        """Say what is wrong with the arguments, and which there are."""
        return explain(self.name, error, self.shape, list(self.parameters.get("properties", {})))


def compact_result(result: Json) -> CallToolResult:
    """Return a result as compact JSON in text beside the same data as structure, without hidden characters."""
    seen, text = result, _compact_json(result)
    if may_hide(text):
        seen = cast("Json", without_hidden(result))
        text = _compact_json(seen)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=seen)


def _compact_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def build_tool(
    function: Callable[..., Awaitable[object]],
    *,
    title: str,
    annotations: ToolAnnotations,
    name: str = "",
    unlisted: Sequence[str] = (),
) -> CrmTool:
    """Make a tool of an async function whose result is a TypedDict.

    The docstring is the description the model reads. Parameters are plain types, parameter objects or a `Cursor`;
    those `unlisted` are taken but stand in no list. Unknown arguments are refused, unless the tool lists none, and both
    schemas are stripped of what tells a model nothing.
    """
    tool = CrmTool.of(function, name=name, title=title, annotations=annotations, unlisted=unlisted)
    result = arguments_of(function, unlisted).signature.return_annotation
    if get_origin(result) is Annotated:  # of a tool that makes its own `CallToolResult`
        result = get_args(result)[1]
    tool.fn_metadata.output_schema = output_schema_of(result)
    return tool


def refuse_same_names(tools: Iterable[CrmTool]) -> None:
    """Refuse two tools of one name: the SDK would serve the first and drop the other with a warning.

    Raises:
        ValueError: It names both by their titles.
    """
    titles: dict[str, str | None] = {}
    for tool in tools:
        if tool.name in titles:
            raise ValueError(f"Two tools are called {tool.name}: {titles[tool.name]!r} and {tool.title!r}.")
        titles[tool.name] = tool.title
