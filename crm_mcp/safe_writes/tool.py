"""How a function that works out a draft becomes a writing tool: with `dry_run`, `plan_id`, and for creating a key."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, cast

from mcp import MCPError
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field, PrivateAttr, TypeAdapter, ValidationError

from crm_mcp.errors import CrmError
from crm_mcp.mcp.tool import CREATE, CrmTool, Json, compact_result, one_level_deep, seal_arguments, slim_schema
from crm_mcp.safe_writes.confirmation import AnyContext, Person, QuestionPendingError
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.gate import Call, SafeWriter
from crm_mcp.safe_writes.results import Answer


class _Switches(BaseModel):
    """What every writing tool takes beside its own arguments."""

    dry_run: bool = False
    plan_id: str = ""
    idempotency_key: str = Field(default="", max_length=200)


_KEY = "idempotency_key"
_SCHEMAS: Json = slim_schema(_Switches.model_json_schema())["properties"]


class WriteTool(CrmTool):
    """A tool whose function only works out what would be written; a `SafeWriter` does the rest."""

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
            writer: Decides what becomes of the draft.
            title: For people.
            annotations: `CREATE` or `UPDATE`.
            is_bulk: Whether a call may end in a plan unasked; then no argument is said to be required, since the plan
                is applied by its id alone.
        """
        description = " ".join((function.__doc__ or "").split())
        tool = cls.from_function(
            function, title=title, annotations=annotations, description=description, structured_output=False
        )
        assert isinstance(tool, cls)
        tool._writer = writer  # noqa: SLF001  # its own class's
        seal_arguments(tool)
        output = slim_schema(TypeAdapter(Answer).json_schema(), keep_descriptions=False)
        tool.fn_metadata.output_schema = one_level_deep(output)
        is_keyed = annotations is CREATE
        tool.parameters["properties"] |= {
            name: {"type": schema["type"]} for name, schema in _SCHEMAS.items() if is_keyed or name != _KEY
        }
        if is_bulk:
            tool.parameters.pop("required", None)
        return tool

    async def run(self, arguments: Json, context: AnyContext, convert_result: bool = False) -> Any:  # noqa: ANN401, ARG002  # the SDK's signature
        """Work the call out and let the writer decide.

        Raises:
            ToolError: The arguments are wrong, a person did not agree, or the CRM call failed.
        """
        try:
            answer = await self._writer.perform(self._read_call(arguments, context))
        except QuestionPendingError as question:
            return question.result
        except ValidationError as error:
            raise ToolError(self.explain(error)) from error
        except CrmError as error:
            raise ToolError(str(error)) from error
        except (ToolError, MCPError):
            raise
        except Exception as error:  # a crash: its text stays here
            raise UnexpectedToolError(f"Error executing tool {self.name}") from error
        return compact_result(cast("Json", answer))

    def _read_call(self, arguments: Json, context: AnyContext) -> Call:
        names = _SCHEMAS.keys() & self.parameters["properties"].keys()
        switches = _Switches.model_validate({name: arguments[name] for name in names if name in arguments})
        given = {name: value for name, value in arguments.items() if name not in names}
        stands_alone = switches.plan_id and not given
        validated = {} if stands_alone else self.fn_metadata.validate_arguments(given)
        return Call(
            tool=self.name,
            arguments=validated,
            work_out=functools.partial(self.fn, **validated),
            person=Person(context, may_be_passed_over=self._writer.unconfirmed_allowed),
            dry_run=switches.dry_run,
            plan_id=switches.plan_id,
            key=switches.idempotency_key,
        )
