"""What HTTP clients read when they are refused: JSON that says what is wrong and what to do, with nothing they sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

INVALID_REQUEST = "invalid_request"
INSUFFICIENT_SCOPE = "insufficient_scope"
CLOSE = {"Connection": "close"}
"""The headers of a response that is the last one on its connection."""


def refuse(
    status: int, description: str, error: str = INVALID_REQUEST, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a refusal, as OAuth writes its own."""
    return JSONResponse({"error": error, "error_description": description}, status, headers)


async def on_http_exception(_: Request, error: Exception) -> JSONResponse:
    """Return the refusal of an address or a method that does not exist."""
    status, headers = _read(error)
    said = {
        404: "Nothing is served at this address. MCP is at /mcp.",
        405: "This address does not take the method of the request.",
    }
    return refuse(status, said.get(status, "The request cannot be answered."), headers=headers)


async def on_crash(_: Request, __: Exception) -> JSONResponse:
    """Return what is said of a fault of this server's own: what happened is in its log alone."""
    return refuse(500, "The server failed. Try again; whoever runs it finds the reason in its log.", "server_error")


def _read(error: Exception) -> tuple[int, Mapping[str, str] | None]:
    """Return the status and the headers of an `HTTPException`."""
    known: HTTPException = error  # type: ignore[assignment]  # it is registered for that alone
    return known.status_code, known.headers
