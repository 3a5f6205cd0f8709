"""The types of arguments that tools of all CRMs share. Each is a plain type in the schema that a model reads."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import BeforeValidator, Field, WithJsonSchema

CallContext = Context[Any, Any]
"""The context of one call: a parameter of this type is filled by the SDK and does not appear in the schema."""


def _id_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _scalar_as_text(value: object) -> object:
    """Write numbers and booleans as the CRMs write them in text; leave the rest for validation."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Id = Annotated[str, BeforeValidator(_id_as_text)]
"""An id: text, and a number is taken too."""
Text = Annotated[str, BeforeValidator(_scalar_as_text)]
"""Text, and a number or a boolean is taken too."""
Limit = Annotated[int, Field(ge=1, le=100)]
FieldNames = list[str]
"""Names of the fields to show."""
Detail = Annotated[bool, Field(description="all fields, raw")]
TextFrom = Annotated[int, Field(ge=0)]
JsonObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
"""Any JSON object; its schema says no more than that."""
Fields = JsonObject
"""The CRM's own field names with values."""

GroupBy = Annotated[list[str], Field(description="fields, month:FIELD (year:, day:)")]
Measures = Annotated[list[str], Field(description="sum:FIELD, average:, min:, max:")]
MaxGroups = Annotated[int, Field(ge=0, le=1000), WithJsonSchema({"type": "integer"})]
"""How many groups a summary lists; 0 for as many as 2 kB hold."""
