"""The keys by which documents are stored: an invoice and an order may have the same id. Pure."""

from __future__ import annotations

from crm_mcp.minicrm.wire.documents.models import KINDS, DocumentKind

STEP = 4
_KINDS: tuple[DocumentKind, ...] = tuple(KINDS)


def key_of(kind: DocumentKind, document_id: str | int) -> int:
    """Return the key of a document."""
    return int(document_id) * STEP + _KINDS.index(kind)


def split_key(key: int) -> tuple[DocumentKind, int]:
    """Return the kind and the id of a document."""
    document_id, number = divmod(key, STEP)
    return _KINDS[number], document_id


def id_in_sql(key: str) -> str:
    """Return SQL of the id that a key holds."""
    return f"{key} / {STEP}"


def kind_in_sql(key: str) -> str:
    """Return SQL of the kind that a key holds."""
    whens = " ".join(f"when {number} then '{kind}'" for number, kind in enumerate(_KINDS))
    return f"case {key} % {STEP} {whens} end"
