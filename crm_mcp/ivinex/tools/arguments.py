"""The types of the Ivinex tools' arguments."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from crm_mcp.mcp.arguments import Fields, Id


class RecordUpdate(TypedDict):
    """The changes of one record."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    record_id: Id
    fields: Fields


Module = Annotated[Id, Field(description="name or id")]
