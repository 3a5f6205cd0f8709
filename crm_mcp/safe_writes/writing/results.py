"""What a writing tool returns: the result of each record, unknown outcomes included. Pure."""

from __future__ import annotations

from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from crm_mcp.errors import InputError

UNKNOWN = "It may or may not have been written: look at it before you repeat it."
NOT_TRIED = "Not tried."
_ENDED_BEFORE = "Nothing was written: the server was stopped, or the call was, before it began."
_OF_ONE = ("id", "write_id", "existing", "message")


class WriteResult(TypedDict):
    """The result of a writing tool.

    `id` of one written record, or the result of each in `items`; or, where something is still to be written, the
    `plan_id` by which it can be, with `next_step`, and a preview in `changes`. `note` says where the store is lacking.
    """

    next_step: NotRequired[str]

    id: NotRequired[str]
    write_id: NotRequired[str]
    existing: NotRequired[bool]
    message: NotRequired[str]
    items: NotRequired[list[Any]]
    plan_id: NotRequired[str]
    changes: NotRequired[list[Any]]
    note: NotRequired[str]


class ItemResult(TypedDict):
    """The result of one record.

    `unknown` where it may have been written or not, `existing` where the record was there before it was to be created.
    """

    index: int
    ok: bool
    id: NotRequired[str]
    write_id: NotRequired[str]
    existing: NotRequired[bool]
    unknown: NotRequired[bool]
    message: NotRequired[str]


def build_result(items: list[ItemResult], *, is_batch: bool, write_id: str = "") -> WriteResult:
    """Return the result of a batch, or of a single record.

    Raises:
        InputError: The single record was not written.
    """
    if is_batch:
        is_written = write_id and any("write_id" in item for item in items)
        return {"items": items, "write_id": write_id} if is_written else {"items": items}
    (result,) = items
    if not result["ok"]:
        if result.get("message") == NOT_TRIED:
            raise InputError(_ENDED_BEFORE, hint="Call it again.")
        raise InputError(result.get("message", "It was not written."))
    return cast("WriteResult", {name: value for name, value in result.items() if name in _OF_ONE})
