"""An answer of one account where there are several: it says whose it is, and what it names is bound to that account.

A cursor is the account's name and the tool's own cursor; an address `crm://modules` becomes `crm://ACCOUNT/modules`.
"""

from __future__ import annotations

import json
from typing import Any, cast

from mcp.types import CallToolResult, ContentBlock, ResourceLink, TextContent

from crm_mcp.accounts.names import ACCOUNT
from crm_mcp.errors import InputError
from crm_mcp.rendering.addresses import bind_addresses

_CURSORS = ("next_cursor",)
_ADDRESSES = ("uri",)


def bind_result(result: CallToolResult, account: str) -> CallToolResult:
    """Return a result that says whose it is."""
    found = result.structured_content
    if not isinstance(found, dict):
        told = TextContent(type="text", text=f"account: {account}")
        return result.model_copy(update={"content": [told, *result.content]})
    plain = cast("dict[str, Any]", found)
    bound = {ACCOUNT: account, **{name: _bind(name, value, account) for name, value in plain.items()}}
    before, after = _compact(plain), _compact(bound)
    content = [_bind_block(block, account, before, after) for block in result.content]
    return result.model_copy(update={"structured_content": bound, "content": content})


def unbind_cursor(cursor: object, account: str) -> object:
    """Return a tool's own cursor.

    Raises:
        InputError: It is of another account.
    """
    if not isinstance(cursor, str) or not cursor:
        return cursor
    owner, dot, own = cursor.partition(".")
    if dot and owner == account:
        return own
    whose = f"of the account {owner[:32]}" if dot and owner.replace("-", "").replace("_", "").isalnum() else "of none"
    raise InputError(
        f"This cursor is {whose}, not of {account}.",
        hint="Pass next_cursor of the page before with its account, or leave cursor out to start again.",
    )


def _bind(name: str, value: object, account: str) -> object:
    if not isinstance(value, str):
        return value
    if name in _CURSORS:
        return f"{account}.{value}"
    return bind_addresses(value, account) if name in _ADDRESSES else value


def _bind_block(block: ContentBlock, account: str, before: str, after: str) -> ContentBlock:
    if isinstance(block, TextContent) and block.text == before:
        return block.model_copy(update={"text": after})
    if isinstance(block, ResourceLink):
        return block.model_copy(update={"uri": bind_addresses(str(block.uri), account)})
    return block


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
