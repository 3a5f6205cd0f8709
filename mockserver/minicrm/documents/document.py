"""The row of an invoice, order or offer, and what it costs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Literal, get_args

from mockserver.minicrm.store import Table, WrittenRow

DocumentKind = Literal["Invoice", "Order", "Offer"]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)
Stage = Literal["Draft", "Issued", "In progress", "Completed", "Paid", "Failed"]
"""What becomes of a document, which a status of its card stands for."""
PROFORMA = "Proforma"
TYPES: dict[str, DocumentKind] = {"Invoice": "Invoice", PROFORMA: "Invoice", "Order": "Order", "Offer": "Offer"}
"""The kind of each Type that a document has."""

_TOKEN_LENGTH = 30


@dataclass(slots=True, kw_only=True)
class Document(WrittenRow):
    """One invoice, order or offer; its status is its card's.

    Attributes:
        kind: Which endpoint it belongs to; a proforma is an invoice of Type Proforma.
        project_id: Its card.
        customer_id: The contact that the caller named.
        storned_id: On a document that cancels: the one it cancels.
        paid: The day it was paid; empty while it is not.
        stage: How far an order is, as its actions left it.
        items: By their keys in the API, numbers as text with a point, VAT as printed; `Id` is a number.
        items_made: How many items it ever had, of which their ids are made.
        amount_net: The sums of the items, as text with a point.
    """

    TABLE: ClassVar[Table] = Table(
        "document",
        "documents",
        {
            "by_change": "(kind, updated_at DESC, id DESC)",
            "by_card": "(project_id)",
            "by_storned": "(storned_id)",
            "by_pad": "(kind, type, currency_code)",
        },
    )
    kind: DocumentKind
    type: str
    number: str = ""
    project_id: int | None = None
    customer_id: int | None = None
    storned_id: int | None = None
    media: str = "PKI"
    language: str = "HU"
    customer: dict[str, object] = field(default_factory=dict[str, object])
    vendor: dict[str, object] = field(default_factory=dict[str, object])
    subject: str = ""
    payment_method: str = "WiredTransfer"
    issued: str = ""
    performance: str = ""
    prompt: str = ""
    paid: str = ""
    currency_code: str = "HUF"
    vat_mode: str = "NormalVAT"
    stage: Stage | None = None
    items: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    items_made: int = 0
    amount_net: str = "0"
    amount_vat: str = "0"
    amount: str = "0"

    @property
    def sums(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, VAT and gross."""
        return Decimal(self.amount_net), Decimal(self.amount_vat), Decimal(self.amount)

    @property
    def file_name(self) -> str:
        """What its file is called, as in the manual's samples."""
        number = self.number.replace("/", "-").lower()
        return f"storno_invoice-{number}.pdf" if self.storned_id else f"{self.type.lower()}-{number}-1.pdf"

    @property
    def file_token(self) -> str:
        """The secret in the address of its file, always the same for the same document."""
        return hashlib.sha256(f"minicrm document {self.id}".encode()).hexdigest()[:_TOKEN_LENGTH]
