"""What kind of JSON-RPC message a body holds. Pure."""

from __future__ import annotations

import json
from typing import Any, TypeGuard, cast

Json = dict[str, Any]


def parse(body: bytes) -> object:
    """Return what a body holds; None where that is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_request(message: object) -> TypeGuard[Json]:
    """Tell whether a message asks for a response, as no notification does."""
    return isinstance(message, dict) and "method" in message and "id" in message


def is_answer(message: object) -> TypeGuard[Json]:
    """Tell whether a message answers a request of the other side."""
    return isinstance(message, dict) and "method" not in message


def find_cancellation(message: object) -> Json | None:
    """Return the parameters of a message that cancels a request, whose `requestId` they hold; None for any other."""
    if not isinstance(message, dict):
        return None
    known = cast("Json", message)
    params: object = known.get("params")
    if known.get("method") != "notifications/cancelled" or not isinstance(params, dict) or "requestId" not in params:
        return None
    return cast("Json", params)
