"""What a body must be to reach the MCP SDK: one JSON-RPC message that reads the same to everybody.

Where two readers take the same bytes for different messages, something gets past the one that checks. So nothing is
passed on that JSON leaves open: half a surrogate pair, two members of one name, numbers that are none.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn, cast

from mcp.types import INVALID_REQUEST, PARSE_ERROR
from starlette.responses import JSONResponse

from crm_mcp.http_service.incoming.bodies import give_again, read_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

_CHECKED_APART_BYTES = 64 * 1024
"""A longer body is checked in a thread: others do not wait for it."""
_DEEPEST = 64
_MOST_VALUES = 500_000
_MOST_OBJECTS = 200_000
"""Far more than the largest batch of records holds, and far less than 4 MB can hold: each takes its time to be read."""
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class MessageRefusedError(Exception):
    """A body is no message that can be taken; the text says why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class OneMessage:
    """An application behind a reader of each POST: what is no single JSON-RPC message is refused by 400.

    The body has to come as one piece, see `whole_requests`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        try:
            await _check(body)
        except MessageRefusedError as error:
            refusal = {"jsonrpc": "2.0", "id": None, "error": {"code": error.code, "message": str(error)}}
            await JSONResponse(refusal, 400)(scope, receive, send)
            return
        await self._app(scope, give_again(body, receive), send)


async def _check(body: bytes) -> None:
    if len(body) < _CHECKED_APART_BYTES:
        check_message(body)
    else:
        await asyncio.to_thread(check_message, body)


def check_message(body: bytes) -> None:
    """Return quietly for a body that holds one JSON-RPC message.

    Raises:
        MessageRefusedError: It holds none, several, or what two readers may read differently.
    """
    if body.count(b",") > _MOST_VALUES or _count_brackets(body) > _MOST_OBJECTS:
        raise MessageRefusedError(INVALID_REQUEST, "The body holds too many values: send them in several.")
    message = _read(body)
    if isinstance(message, list):
        raise MessageRefusedError(INVALID_REQUEST, "Batches are not taken: send each message as a body of its own.")
    if not isinstance(message, dict):
        raise MessageRefusedError(INVALID_REQUEST, "The body must be one JSON-RPC message, an object.")
    if isinstance(cast("dict[str, object]", message).get("id"), bool | float | dict | list):
        raise MessageRefusedError(INVALID_REQUEST, "The id of a message must be a text or a whole number.")


def _read(body: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        message = json.loads(
            body.decode(), parse_constant=_refuse_number, parse_float=_finite, object_pairs_hook=_without_doubles
        )
        if _count_brackets(body) > _DEEPEST and _is_too_deep(message):
            raise RecursionError
        if _ESCAPED_HALF.search(body):
            json.dumps(message, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise MessageRefusedError(PARSE_ERROR, "The body holds half of a surrogate pair.") from None
    except UnicodeDecodeError:
        raise MessageRefusedError(PARSE_ERROR, "The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MessageRefusedError(PARSE_ERROR, f"The body is not JSON: {error}.") from None
    except RecursionError:
        raise MessageRefusedError(PARSE_ERROR, f"The body is nested deeper than {_DEEPEST} levels.") from None
    except ValueError:
        raise MessageRefusedError(PARSE_ERROR, "The body holds a number that is too large or none.") from None
    return message


def _count_brackets(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _is_too_deep(message: object) -> bool:
    """Tell whether arrays and objects are nested deeper than anything of use."""
    level = [message]
    for _ in range(_DEEPEST):
        level = [item for one in level for item in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(written: str) -> float:
    if not math.isfinite(number := float(written)):
        raise ValueError(written)
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise MessageRefusedError(INVALID_REQUEST, "An object in the body has two members of one name.")
    return made
