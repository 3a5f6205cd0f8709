"""The tool that acts on invoices and orders: asked about whatever is set, and never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import WithJsonSchema

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Id
from crm_mcp.mcp.tool import UPDATE, CrmTool
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.clients.money import MoneyClient
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.documents.models import KINDS, DocumentKind
from crm_mcp.minicrm.wire.documents.writes import ACTIONS, Action
from crm_mcp.minicrm.writes.money.document_changes import DocumentChange, DocumentReader
from crm_mcp.safe_writes.draft import Draft, Target
from crm_mcp.safe_writes.tool import WriteTool

Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(ACTIONS)})]
ActionName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(ACTIONS["order"])})]


@dataclass(frozen=True)
class ChangeDocumentTools:
    """The tool that acts on documents of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        tool = WriteTool.build(
            self.change_document,
            self.context.writer,
            title="Act on a MiniCRM invoice or order",
            annotations=UPDATE,
            restore=self._restore,
            is_bulk=True,
            is_irrevocable=True,
        )
        return (tool,)

    async def change_document(self, kind: Kind, document_id: Id, action: ActionName) -> Draft:
        """Set an invoice paid or cancel it by a storno; move an order on. Cannot be undone.

        Invoices take paid and storno; orders all. The user is always asked. An offer's status is its project's.
        """
        resolved = cast("DocumentKind", resolve_choice("kind", kind, {one: one for one in KINDS}))
        actions = ACTIONS.get(resolved, {})
        if not actions:
            raise InputError(
                "MiniCRM has no actions for offers: an offer's status is that of its project.",
                hint="get_document names its project; update_project with StatusId changes it.",
            )
        chosen = cast("Action", resolve_choice("action", action, {one: one for one in ACTIONS["order"]}))
        if chosen not in actions:
            raise InputError(f"An {resolved} takes no {chosen}.", hint=f"It takes {' and '.join(actions)}.")
        return self._target(resolved, check_id("document_id", document_id), chosen).draft()

    async def _restore(self, saved: Mapping[str, Any]) -> Target:
        return self._target(saved["kind"], saved["document_id"], saved["action"])

    def _target(self, kind: DocumentKind, document_id: str, action: Action) -> DocumentChange:
        sender = self.context.client.sender
        reader = DocumentReader(DocumentsClient(sender))
        return DocumentChange(reader, MoneyClient(sender), kind, document_id, action)
