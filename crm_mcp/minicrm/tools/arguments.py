"""What MiniCRM tools take: the types of their arguments, and the checks that two of them need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, WithJsonSchema

from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Fields, Id

Ids = list[Id]
"""Several at once, in place of the one id."""
ApiFields = Annotated[Fields, Field(description="API field to value, see describe_module")]
TaskStatus = Annotated[str, WithJsonSchema({"type": "string", "enum": ["open", "closed", "all"]})]
Closed = Annotated[str, WithJsonSchema({"type": "string", "enum": ["closed"]})]
Deadline = Annotated[str, Field(description="ISO date (its end) or date-time")]


def refuse_trashed(fields: Mapping[str, object]) -> None:
    """Refuse to create what would be in the trash from the beginning.

    Raises:
        InputError: `fields` names the trash.
    """
    if "Deleted" in fields:
        raise InputError("What is created cannot begin in the trash.", hint="Leave Deleted out of `fields`.")


def refuse_twice(given: Mapping[str, object], fields: Mapping[str, object]) -> None:
    """Refuse a value that stands both in an argument of its own and in `fields`.

    Raises:
        InputError: One does.
    """
    if twice := [name for name in given if name in fields]:
        raise InputError(
            f"{' and '.join(twice)} is given by an argument already.", hint=f"Leave {twice[0]} out of `fields`."
        )
