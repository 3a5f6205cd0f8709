"""How a function that builds a draft becomes a writing tool: with `dry_run`, `plan_id`, and a key where it creates."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from mcp import MCPError
from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, PrivateAttr, ValidationError

from crm_mcp.errors import CrmError, InputError, UnknownModuleError
from crm_mcp.mcp.arguments import CallContext, Id
from crm_mcp.mcp.calls.coercion import CallArguments, coerce
from crm_mcp.mcp.calls.refusals import explain
from crm_mcp.mcp.calls.schemas import Json, output_schema_of, slim_schema
from crm_mcp.mcp.calls.shapes import Shape, shape_of_model
from crm_mcp.mcp.tool import CREATE, CrmTool
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.consent.confirmation import QuestionPendingError, UserConfirmation
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.plan_table import as_result, build_table
from crm_mcp.safe_writes.records import RECORDS, SCHEMA, RecordsReader, read_records
from crm_mcp.safe_writes.saved import Restore
from crm_mcp.safe_writes.writing.results import WriteResult


class _WriteArguments(CallArguments):
    """The arguments that every writing tool takes beside its own."""

    dry_run: bool = False
    plan_id: Id = ""
    idempotency_key: str = Field(default="", max_length=200)
    without: list[int] = Field(default_factory=list)
    table: int = -1


_WRITE_SHAPE = shape_of_model(_WriteArguments)
_KEY = "idempotency_key"
TOOL_KEY = "crm-mcp/tool"
"""The key of a result's `_meta` under which a page finds the tool to call."""
_UNLISTED = frozenset({"without", "table"})
"""For the page that shows a plan: no schema lists them, so that no model is invited to use them."""
_WRITE_SCHEMAS: Json = slim_schema(_WriteArguments.model_json_schema())["properties"]


class WriteTool(CrmTool):
    """A tool whose function only builds a draft; a `SafeWriter` does the rest."""

    _writer: SafeWriter = PrivateAttr()
    _takes_records: bool = PrivateAttr(default=False)
    _is_irrevocable: bool = PrivateAttr(default=False)
    _needs_key: bool = PrivateAttr(default=False)

    @classmethod
    def build(
        cls,
        function: Callable[..., Awaitable[Draft]],
        writer: SafeWriter,
        *,
        title: str,
        annotations: ToolAnnotations,
        restore: Restore,
        is_bulk: bool = False,
        takes_records: bool = False,
        is_irrevocable: bool = False,
        needs_key: bool = False,
    ) -> WriteTool:
        """Make a tool of a function; one that creates takes an idempotency key too.

        Args:
            function: Takes plain types, returns a draft; its docstring is the description the model reads.
            writer: Writes the draft.
            title: The tool's name for people.
            annotations: `CREATE`, `UPDATE` or `ISSUE`.
            restore: Makes the target of its drafts again from what `Target.saved` returned in another process.
            is_bulk: Whether a call without `dry_run` may end in a plan; then the schema requires no argument, since
                the plan is applied by its id alone.
            takes_records: Whether it also takes `records`, a list of its own arguments, in place of these.
            is_irrevocable: Whether nothing takes back what it writes, see `Target.is_irrevocable`.
            needs_key: Whether it takes an idempotency key and writes only under one, or by a plan.
        """
        tool = cls.of(function, title=title, annotations=annotations)
        tool._writer, tool._takes_records = writer, takes_records  # noqa: SLF001  # its own class's
        tool._is_irrevocable, tool._needs_key = is_irrevocable, needs_key  # noqa: SLF001
        writer.restorers[tool.name] = restore
        tool.fn_metadata.output_schema = output_schema_of(WriteResult)
        is_keyed = annotations is CREATE or needs_key
        tool.parameters["properties"] |= {
            name: {"type": schema["type"]}
            for name, schema in _WRITE_SCHEMAS.items()
            if name not in _UNLISTED and (is_keyed or name != _KEY)
        }
        if takes_records:
            tool.parameters["properties"][RECORDS] = dict(SCHEMA)
        if is_bulk or takes_records:
            tool.parameters.pop("required", None)
        return tool

    async def _work(self, arguments: Json, context: CallContext) -> Any:  # noqa: ANN401  # a result, or a question
        """Build the draft and hand it to the writer.

        Raises:
            ToolError: The arguments are wrong, the user did not confirm, or the CRM call failed.
        """
        try:
            return await self.perform(arguments, context)
        except QuestionPendingError as pending:
            return pending.result
        except ValidationError as error:
            raise ToolError(self.explain(error)) from error
        except UnknownModuleError as error:
            raise ToolError(remove_hidden(await self._explain_module(error))) from error
        except CrmError as error:
            raise ToolError(remove_hidden(str(error))) from error
        except (ToolError, MCPError):
            raise
        except Exception as error:  # a crash: its text does not reach the model
            raise UnexpectedToolError(f"Error executing tool {self.name}") from error

    @property
    def writer(self) -> SafeWriter:
        """What writes its drafts."""
        return self._writer

    @property
    def makes_plans(self) -> bool:
        """Whether plans of it can be narrowed: of what nothing takes back, a plan is written as a whole."""
        return not self._is_irrevocable

    async def run(self, arguments: Json, context: Any, convert_result: bool = False) -> Any:  # noqa: ANN401  # the SDK's signature
        """Run the tool; the result names it to a page that draws it, which is told no more of the call."""
        result = await super().run(arguments, context, convert_result)
        if isinstance(result, CallToolResult) and client_supports_apps(context):
            result.meta = {**(result.meta or {}), TOOL_KEY: self.name}
        return result

    async def perform(self, arguments: Json, context: CallContext) -> WriteResult | CallToolResult:
        """Build the draft and hand it to the writer; or show the rows of a plan to its page."""
        call = self._read_call(arguments, context)
        if call.table < 0 or not call.plan_id:
            return await self._writer.perform(call)
        seen = await self._writer.see_plan(call)
        return as_result(build_table(seen, call.table, call.asking, self._writer.words))

    def _read_call(self, arguments: Json, context: CallContext) -> Call:
        names = _WRITE_SCHEMAS.keys() & (self.parameters["properties"].keys() | _UNLISTED)
        chosen = _WriteArguments.model_validate({name: arguments[name] for name in names if name in arguments})
        given = {name: value for name, value in arguments.items() if name not in names}
        validated, build_draft = self._read_own(given, is_plan=bool(chosen.plan_id))
        writer = self._writer
        confirmer = confirmation_of(writer, context, is_irrevocable=self._is_irrevocable)
        return Call(
            tool=self.name,
            arguments=validated,
            build_draft=build_draft,
            restore=writer.restorers[self.name],
            confirmer=confirmer,
            asking=confirmer.asking,
            size=_count_records(validated),
            dry_run=chosen.dry_run,
            plan_id=chosen.plan_id,
            without=_checked_places(chosen),
            table=chosen.table,
            key=chosen.idempotency_key,
            who=confirmer.client,
            is_irrevocable=self._is_irrevocable,
            needs_key=self._needs_key,
        )

    def _read_own(self, given: Json, *, is_plan: bool) -> tuple[Json, Callable[[], Awaitable[Draft]]]:
        """Return the tool's own arguments, and what builds the draft of them; a plan's id may stand alone."""
        records = read_records(given.get(RECORDS)) if self._takes_records else []
        own = {name: value for name, value in given.items() if name != RECORDS or not self._takes_records}
        said = {name: value for name, value in cast("Json", coerce(super().shape, own)).items() if value}
        if records:
            is_creating = _KEY in self.parameters["properties"]
            reader = RecordsReader(self.name, super().shape, is_creating, self._read_record, self.fn)
            shared = reader.check_shared(said)
            return {RECORDS: records, **shared}, functools.partial(reader.draft, records, shared)
        validated = {} if is_plan and not said else self.fn_metadata.validate_arguments(own)
        return validated, functools.partial(self.fn, **validated)

    def _read_record(self, record: Json) -> Json:
        try:
            return self.fn_metadata.validate_arguments(record)
        except ValidationError as error:
            own = super().shape
            names = [name for name in own.keys or {} if not name.endswith("_ids")]
            raise InputError(explain(self.name, error, own, names)) from error

    @property
    def shape(self) -> Shape:
        """The shape of its own arguments and of those that every writing tool takes."""
        own = super().shape
        return replace(own, keys={**(own.keys or {}), **(_WRITE_SHAPE.keys or {})})


def _checked_places(chosen: _WriteArguments) -> list[int]:
    """Return which rows of a plan are left out.

    Raises:
        InputError: No plan is being applied.
    """
    if chosen.without and (chosen.dry_run or not chosen.plan_id):
        raise InputError("`without` leaves rows out of a plan as it is applied: give its plan_id, and no dry_run.")
    return chosen.without


def _count_records(arguments: Json) -> int:
    """Return how many records a call names: a list among the arguments of a writing tool lists them."""
    return max([1, *(len(cast("list[object]", one)) for one in arguments.values() if isinstance(one, list))])


def confirmation_of(writer: SafeWriter, context: CallContext, *, is_irrevocable: bool = False) -> UserConfirmation:
    """Return what asks the user of a call, in the language of the writer's account."""
    yes = writer.words.yes
    return UserConfirmation(
        context, unconfirmed_allowed=writer.unconfirmed_allowed, yes=yes, is_irrevocable=is_irrevocable
    )
