"""The tool that issues an invoice: asked about whatever is set, under a key, and never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from crm_mcp.mcp.arguments import Id, JsonObject, Text
from crm_mcp.mcp.tool import ISSUE, CrmTool
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.clients.money import MoneyClient
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.writes.money.invoice_creation import InvoiceCreation, Invoicing
from crm_mcp.minicrm.writes.money.invoice_items import read_items
from crm_mcp.minicrm.writes.money.invoice_ledger import InvoiceLedger
from crm_mcp.minicrm.writes.money.invoice_terms import build_body, read_customer_block, read_terms
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Target
from crm_mcp.safe_writes.tool import WriteTool

CREATE_INVOICE = "create_invoice"
_WARNING = "Issuing cannot be undone, and an invoice is reported to the tax office at once: only a storno cancels it."

_ITEM_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "description": {"type": "string"},
            "quantity": {"type": "number"},
            "unit": {"type": "string"},
            "price": {"type": "number", "description": "net, of one"},
            "vat": {"type": "string", "description": "27%, 5%, 0%, AAM"},
        },
        "required": ["name", "quantity", "price", "vat"],
    },
}
Items = Annotated[list[dict[str, Any]], WithJsonSchema(_ITEM_SCHEMA)]
CustomerBlock = Annotated[
    JsonObject,
    Field(
        description="printed instead of the contact's own: name, country, postal_code, city, address, vat_number, "
        "account_number. Overwrites the contact's VAT number and bank account"
    ),
]
Currency = Annotated[str, Field(description="default HUF")]
PaymentMethod = Annotated[str, Field(description="WiredTransfer (default) or Cash")]
Delivery = Annotated[str, Field(description="date, default today")]
Due = Annotated[str, Field(description="date, default in 8 days")]
InvoiceType = Annotated[str, WithJsonSchema({"type": "string", "enum": ["Invoice", "Proforma"]})]
BillPerson = Annotated[bool, Field(description="bill the person, not their company")]
AllowDuplicate = Annotated[bool, Field(description="issue another like one of the last 24 hours")]


@dataclass(frozen=True)
class CreateInvoiceTools:
    """The tool that issues invoices of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        tool = WriteTool.build(
            self.create_invoice,
            self.context.writer,
            title="Issue a MiniCRM invoice",
            annotations=ISSUE,
            restore=self._restore,
            is_bulk=True,
            is_irrevocable=True,
            needs_key=True,
        )
        return (tool,)

    async def create_invoice(
        self,
        customer_id: Id,
        items: Items,
        currency: Currency = "",
        payment_method: PaymentMethod = "",
        due: Due = "",
        delivery: Delivery = "",
        type: InvoiceType = "",  # noqa: A002
        subject: Text = "",
        customer: CustomerBlock = {},  # noqa: B006  # pydantic copies defaults
        bill_person: BillPerson = False,
        allow_duplicate: AllowDuplicate = False,
    ) -> Draft:
        """Issue an invoice to a contact or company. Cannot be undone; reported to the tax office at once.

        The user is always asked. idempotency_key is required: repeat a call with the same one, and it is issued once.
        """
        contact_id = check_id("customer_id", customer_id)
        read = read_items(items)
        terms = read_terms(
            document_type=type,
            currency=currency,
            payment_method=payment_method,
            delivery=delivery,
            due=due,
            subject=subject,
            today=self.context.now().date(),
        )
        sent = build_body(contact_id, read, terms, read_customer_block(customer), bills_person=bill_person)
        billed = await self._invoicing.billed(contact_id, bills_person=bill_person)
        target = InvoiceCreation(self._invoicing, billed["id"], allow_duplicate)
        return Draft(target, [Change(sent, sent)], needs_refresh=True, warnings=[_WARNING])

    async def _restore(self, saved: Mapping[str, Any]) -> Target:
        return InvoiceCreation(self._invoicing, str(saved["customer"]), bool(saved["allows_duplicate"]))

    @cached_property
    def _invoicing(self) -> Invoicing:
        context, writer = self.context, self.context.writer
        sender = context.client.sender
        ledger = InvoiceLedger(writer.store, lambda: writer.account.account_id, CREATE_INVOICE)
        return Invoicing(
            context.client, DocumentsClient(sender), MoneyClient(sender), ledger, context.clock, context.zone
        )
