"""The tool `undo_write`: one for all connected accounts, since a `write_id` tells where it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcp.types import CallToolResult
from pydantic import PrivateAttr

from crm_mcp.mcp.arguments import CallContext, Id
from crm_mcp.mcp.calls.schemas import Json, output_schema_of
from crm_mcp.mcp.tool import UPDATE, CrmTool
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.tool import WriteTool, confirmation_of
from crm_mcp.safe_writes.undo.undo_calls import UNDO, Undo
from crm_mcp.safe_writes.writing.results import WriteResult


def writers_of(tools: Sequence[CrmTool]) -> list[SafeWriter]:
    """Return the writers of these tools, each once."""
    return list({id(tool.writer): tool.writer for tool in tools if isinstance(tool, WriteTool)}.values())


class UndoTool(WriteTool):
    """Takes back what other tools wrote."""

    _undo: Undo = PrivateAttr()

    @classmethod
    def over(cls, writers: Sequence[SafeWriter]) -> UndoTool:
        """Make the tool over the writers of all accounts."""
        tool = cls.of(_undo_write, name=UNDO, title="Undo a write", annotations=UPDATE)
        tool._undo = Undo(writers)  # noqa: SLF001  # its own class's
        tool.fn_metadata.output_schema = output_schema_of(WriteResult)
        return tool

    def tell_of(self, others: Mapping[str, UndoTool]) -> None:
        """Let a refusal name the account that a write was made in: one of these, by its name."""
        self._undo.elsewhere = {name: other._undo for name, other in others.items()}  # noqa: SLF001  # its own class's

    @property
    def makes_plans(self) -> bool:
        """Whether it makes plans: what is taken back is asked for by the id of its write."""
        return False

    async def perform(self, arguments: Json, context: CallContext) -> WriteResult:
        """Find what was written, and take it back."""
        chosen = self.fn_metadata.validate_arguments(arguments)
        writer, found = await self._undo.find(chosen["write_id"])
        confirmer = confirmation_of(writer, context)
        return await self._undo.perform(
            writer, found, confirmer, confirmer.asking, who=confirmer.client, dry_run=chosen["dry_run"]
        )


async def _undo_write(write_id: Id, dry_run: bool = False) -> CallToolResult:
    """Take back a write by its write_id: all records of a batch, or one.

    What was changed since stays and is named, with what cannot be undone.
    """
    raise NotImplementedError(write_id, dry_run)
