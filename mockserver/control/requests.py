"""Reading a control request: its parameters and its body, refused with what to send instead."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.crm.api import ApiResponse
from mockserver.documents.checked import CheckedReader
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import JsonError, as_object, name_type, parse_document
from mockserver.http.asgi import HttpRequest


class ControlRequestError(Exception):
    """A control request cannot be carried out; the message says what to send instead."""


_READER = CheckedReader(ControlRequestError)


def refuse(status: int, message: str) -> ApiResponse:
    """Return the refusal of a control request: `{"error": "..."}`."""
    return ApiResponse.of_json({"error": message}, status=status, reason=message)


def read_parameters(request: HttpRequest, known: Sequence[str]) -> dict[str, str]:
    """Return the query of a control request.

    One that is not known is refused: a misspelt `workspace` must not change another one.

    Raises:
        ControlRequestError: It has a parameter that means nothing here, or one of them twice.
    """
    parameters: dict[str, str] = {}
    for name, value in request.query:
        if name not in known:
            raise ControlRequestError(
                f"{name}: no such parameter; {request.path} takes {', '.join(known) or 'none'}.{suggest(name, known)}"
            )
        if name in parameters:
            raise ControlRequestError(f"{name}: is sent more than once.")
        parameters[name] = value
    return parameters


def read_whole_number(name: str, text: str) -> int:
    """Return a parameter that is a number from 0 on.

    Raises:
        ControlRequestError: It is something else.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ControlRequestError(f"{name} must be a whole number from 0 on, not {text!r}.")
    return int(text)


def read_json(body: bytes) -> object:
    """Return a body that is JSON without repeated keys.

    Raises:
        ControlRequestError: It is something else.
    """
    try:
        return parse_document(body)
    except JsonError as error:
        raise ControlRequestError(f"The body is {error}.") from error


def read_object(body: bytes, known: Sequence[str] | None = None, listing: str = "") -> dict[str, object]:
    """Return a body that is a JSON object without repeated keys.

    Args:
        body: The body.
        known: The keys it may have; None is any.
        listing: What introduces them in an error, such as `a clock has`.

    Raises:
        ControlRequestError: It is something else.
    """
    value = read_json(body)
    wanted = as_object(value)
    if wanted is None:
        raise ControlRequestError(f"The body must be a JSON object, not {name_type(value)}.")
    if known is not None:
        _READER.refuse_unknown(wanted, "", known, listing)
    return wanted
