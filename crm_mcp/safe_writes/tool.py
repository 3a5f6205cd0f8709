"""How a function that builds a draft becomes a writing tool: with `dry_run`, `plan_id`, and a key where it creates."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from mcp import MCPError
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field, PrivateAttr, TypeAdapter, ValidationError

from crm_mcp.crm.progress import waits_told_to
from crm_mcp.errors import CrmError
from crm_mcp.mcp.arguments import CallContext, Id
from crm_mcp.mcp.calls.coercion import coerce, coercing
from crm_mcp.mcp.calls.shapes import Shape, shape_of_model
from crm_mcp.mcp.tool import CREATE, CrmTool, Json, compact_result, one_level_deep, seal_arguments, slim_schema
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.confirmation import QuestionPendingError, UserConfirmation
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.execution import WriteResult
from crm_mcp.safe_writes.gate import Call, SafeWriter


class _WriteArguments(BaseModel):
    """The arguments that every writing tool takes beside its own."""

    dry_run: bool = False
    plan_id: Id = ""
    idempotency_key: str = Field(default="", max_length=200)


_CoercedWriteArguments = coercing(_WriteArguments)
_WRITE_SHAPE = shape_of_model(_WriteArguments)
_KEY = "idempotency_key"
_WRITE_SCHEMAS: Json = slim_schema(_WriteArguments.model_json_schema())["properties"]


class WriteTool(CrmTool):
    """A tool whose function only builds a draft; a `SafeWriter` does the rest."""

    _writer: SafeWriter = PrivateAttr()

    @classmethod
    def build(
        cls,
        function: Callable[..., Awaitable[Draft]],
        writer: SafeWriter,
        *,
        title: str,
        annotations: ToolAnnotations,
        is_bulk: bool = False,
    ) -> WriteTool:
        """Make a tool of a function; one that creates takes an idempotency key too.

        Args:
            function: Takes plain types, returns a draft; its docstring is the description the model reads.
            writer: Writes the draft.
            title: The tool's name for people.
            annotations: `CREATE` or `UPDATE`.
            is_bulk: Whether a call without `dry_run` may end in a plan; then the schema requires no argument, since
                the plan is applied by its id alone.
        """
        description = " ".join((function.__doc__ or "").split())
        tool = cls.from_function(
            function, title=title, annotations=annotations, description=description, structured_output=False
        )
        assert isinstance(tool, cls)
        tool._writer = writer  # noqa: SLF001  # its own class's
        seal_arguments(tool)
        output = slim_schema(TypeAdapter(WriteResult).json_schema(), keep_descriptions=False)
        tool.fn_metadata.output_schema = one_level_deep(output)
        is_keyed = annotations is CREATE
        tool.parameters["properties"] |= {
            name: {"type": schema["type"]} for name, schema in _WRITE_SCHEMAS.items() if is_keyed or name != _KEY
        }
        if is_bulk:
            tool.parameters.pop("required", None)
        return tool

    async def run(self, arguments: Json, context: CallContext, convert_result: bool = False) -> Any:  # noqa: ANN401, ARG002  # the SDK's signature
        """Build the draft and hand it to the writer.

        Raises:
            ToolError: The arguments are wrong, the user did not confirm, or the CRM call failed.
        """
        try:
            with waits_told_to(context):
                result = await self._writer.perform(self._read_call(arguments, context))
        except QuestionPendingError as pending:
            return pending.result
        except ValidationError as error:
            raise ToolError(self.explain(error)) from error
        except CrmError as error:
            raise ToolError(remove_hidden(str(error))) from error
        except (ToolError, MCPError):
            raise
        except Exception as error:  # a crash: its text does not reach the model
            raise UnexpectedToolError(f"Error executing tool {self.name}") from error
        return compact_result(cast("Json", result))

    def _read_call(self, arguments: Json, context: CallContext) -> Call:
        names = _WRITE_SCHEMAS.keys() & self.parameters["properties"].keys()
        chosen = _CoercedWriteArguments.model_validate({name: arguments[name] for name in names if name in arguments})
        given = {name: value for name, value in arguments.items() if name not in names}
        is_plan_alone = chosen.plan_id and not self._says_anything(given)
        validated = {} if is_plan_alone else self.fn_metadata.validate_arguments(given)
        confirmer = UserConfirmation(context, unconfirmed_allowed=self._writer.unconfirmed_allowed)
        return Call(
            tool=self.name,
            arguments=validated,
            build_draft=functools.partial(self.fn, **validated),
            confirmer=confirmer,
            asking=confirmer.asking,
            size=_count_records(validated),
            dry_run=chosen.dry_run,
            plan_id=chosen.plan_id,
            key=chosen.idempotency_key,
        )

    def _says_anything(self, given: Json) -> bool:
        """Tell whether arguments hold more than hosts fill in for those that are left out."""
        return any(cast("Json", coerce(super().shape, given)).values())

    @property
    def shape(self) -> Shape:
        """The shape of its own arguments and of those that every writing tool takes."""
        own = super().shape
        return replace(own, keys={**(own.keys or {}), **(_WRITE_SHAPE.keys or {})})


def _count_records(arguments: Json) -> int:
    """Return how many records a call names: a list among the arguments of a writing tool lists them."""
    return max([1, *(len(cast("list[object]", one)) for one in arguments.values() if isinstance(one, list))])
