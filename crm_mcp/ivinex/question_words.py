"""What comes into questions at run time, so that it stands in the catalogue: nouns and fields. Never imported."""

from __future__ import annotations

from crm_mcp.languages import npmark, pmark

NOUNS = (npmark("accusative", "Ivinex note", "Ivinex notes"),)
FIELDS = (
    pmark("field", "birthday"),
    pmark("field", "company"),
    pmark("field", "contact"),
    pmark("field", "contact_type"),
    pmark("field", "description"),
    pmark("field", "email"),
    pmark("field", "first_name"),
    pmark("field", "full_name"),
    pmark("field", "last_name"),
    pmark("field", "name"),
    pmark("field", "newsletter"),
    pmark("field", "phone"),
    pmark("field", "position"),
    pmark("field", "title"),
)
"""Those of the documents' examples and of the demo data; an account has fields and labels of its own."""
