"""What Ivinex tools take: the types of their arguments."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.ivinex.models import OPERANDS
from crm_mcp.mcp.tool import Fields, Id

Operand = Annotated[str, WithJsonSchema({"type": "string", "enum": list(OPERANDS)})]
"""Checked by the codec rather than here, since its error names the right spelling."""
FilterValue = Annotated[
    object,
    WithJsonSchema(
        {
            "type": ["string", "number", "boolean", "array"],
            "items": {"type": "string"},
            "description": "a list only for In; ModuleID:RecordID for LinkedTo",
        }
    ),
]


class RecordFilter(TypedDict):
    """One condition of a search."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    field: str
    operand: Operand
    value: FilterValue


class RecordUpdate(TypedDict):
    """The changes of one record."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    record_id: Id
    fields: Fields


Module = Annotated[Id, Field(description="name or id")]
