"""In which state a document is, and which actions that allows. Pure.

Only a row of the list tells an order's status, as its card's label in the account's language. Unknown labels are left
to MiniCRM, which refuses a wrong move with 405. Source: the manual's chapters "Invoice" and "Order".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crm_mcp.crm.name_matching import folded
from crm_mcp.minicrm.wire.documents.models import Document
from crm_mcp.minicrm.wire.documents.writes import Action

State = Literal["draft", "in progress", "completed", "paid", "unsuccessful", "failed", "issued", "cancelled", "unknown"]
_LABELS: Mapping[State, Sequence[str]] = {
    "draft": ("draft", "in preparation", "vázlat", "piszkozat", "előkészítés", "előkészítés alatt"),
    "in progress": ("in progress", "folyamatban"),
    "completed": ("completed", "teljesítve", "teljesített"),
    "paid": ("paid", "successful", "fizetve", "kifizetve", "kiegyenlítve", "sikeres"),
    "unsuccessful": ("unsuccessful", "sikertelen"),
    "failed": ("failed", "cancelled", "canceled", "sztornózva", "sztornó", "stornó"),
}
_STATES: Mapping[str, State] = {folded(label): state for state, labels in _LABELS.items() for label in labels}
_FROM: Mapping[Action, Sequence[State]] = {
    "finalize": ("draft",),
    "edit": ("in progress",),
    "complete": ("in progress",),
    "paid": ("completed", "unsuccessful", "failed"),
    "storno": ("completed", "unsuccessful"),
}
"""From which states an order goes on by an action; source: the manual's chapter "Order"."""
_TO: Mapping[Action, State] = {
    "finalize": "in progress",
    "edit": "draft",
    "complete": "completed",
    "paid": "paid",
    "storno": "failed",
}
_PROFORMA = frozenset(map(folded, ("Proforma", "Pro forma", "Díjbekérő")))
_STORNO = frozenset(map(folded, ("Storno", "Sztornó", "Cancellation", "Credit note")))


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it was read.

    Attributes:
        detail: Its detail.
        row: Its row of the list; None where it is not listed.
        cancelled_by: The document that cancels it, as far as one is known.
        cancels: The document that it cancels, as far as one is known.
    """

    detail: Document
    row: Document | None
    cancelled_by: str = ""
    cancels: str = ""

    @property
    def is_proforma(self) -> bool:
        """Whether it is a proforma invoice."""
        return folded(self.detail.get("type", "")) in _PROFORMA

    @property
    def is_storno(self) -> bool:
        """Whether it cancels another."""
        return bool(self.cancels) or folded(self.detail.get("type", "")) in _STORNO

    @property
    def state(self) -> State:
        """In which state it is."""
        if self.detail["kind"] == "order":
            row = self.row or self.detail
            known = _STATES.get(folded(row.get("status", "")), "unknown")
            group = row.get("status_group")
            return "paid" if known == "unknown" and group == "Success" else known
        if self.cancelled_by:
            return "cancelled"
        return "paid" if "paid_on" in self.detail else "issued"


def refusal(found: Found, action: Action) -> str:
    """Return why an action is not for a document as it is, as a sentence; empty where it is."""
    kind, state = found.detail["kind"], found.state
    if kind == "order":
        return _refusal_of_order(state, action)
    if found.is_storno:
        return f"It is a storno itself ({_of(found.cancels)}): it takes no {action}."
    if found.cancelled_by:
        return f"It was cancelled already ({_by(found.cancelled_by)})."
    if action == "paid" and state == "paid":
        return f"It was set paid already, on {found.detail.get('paid_on')}."
    return ""


def _refusal_of_order(state: State, action: Action) -> str:
    if state == _TO[action]:
        return f"It is {state} already."
    if state == "unknown" or state in _FROM[action]:
        return ""
    return f"It is {state}, and {action} is only for orders that are {' or '.join(_FROM[action])}."


def state_after(action: Action, kind: str) -> State:
    """Return the state that an action leads to."""
    return "cancelled" if action == "storno" and kind == "invoice" else _TO[action]


def _of(document_id: str) -> str:
    return f"of document {document_id}" if document_id else "by its type"


def _by(document_id: str) -> str:
    return f"by document {document_id}" if document_id.isdecimal() else document_id
