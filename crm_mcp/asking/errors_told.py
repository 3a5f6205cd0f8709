"""Errors as a person is told them."""

from __future__ import annotations

from crm_mcp.errors import CrmError
from crm_mcp.languages import said


def tell_error(error: CrmError) -> str:
    """Return what happened and what to try next, in the language of the person as far as that is known."""
    return " ".join(said(text) for text in (error.args[0], error.hint) if text)
