"""Why a login did not work, and what the person can do about it, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crm_mcp.asking.checking import find_odd
from crm_mcp.asking.crm_setup import LoginQuestion
from crm_mcp.errors import (
    AuthenticationError,
    CrmError,
    NotFoundError,
    RateLimitedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from crm_mcp.languages import Texts, said

_texts = Texts(__file__)


def explain_failure(
    crm: str, error: CrmError, questions: Sequence[LoginQuestion], values: Mapping[str, object]
) -> Iterator[str]:
    """Yield what is wrong, a sentence each; the first says what happened, the others what to look at.

    Args:
        crm: The CRM's title.
        error: What the test of the login raised.
        questions: What was asked.
        values: What was answered; no secret is repeated.
    """
    match error:
        case AuthenticationError():
            yield _texts.text("{crm} refused this login ({status}).", crm=crm, status=error.status)
            yield from _name_odd(questions, values)
            yield _texts.text(
                "Look at each part once more: Enter keeps what is there, only the secret has to be entered again."
            )
        case UnreachableError() if error.is_out_of_time:
            yield _texts.text("{crm} did not answer in time.", crm=crm)
            yield _texts.text("Is the network up, and is a VPN or proxy needed?")
        case UnreachableError():
            yield _texts.text("{crm} cannot be reached at this address.", crm=crm)
            yield _texts.text("Is it written right, and is the network up?") + f" ({_detail(error)})"
        case UnexpectedAnswerError() | NotFoundError():
            yield _texts.text("What answers at this address is not the API of {crm}.", crm=crm)
            yield _texts.text("Is the address written right?") + f" ({_detail(error)})"
        case RateLimitedError():
            yield _texts.text("{crm} takes no more requests for the moment: wait a minute.", crm=crm)
        case _:
            yield error.told


def _name_odd(questions: Sequence[LoginQuestion], values: Mapping[str, object]) -> Iterator[str]:
    for question in questions:
        if odd := find_odd(str(values.get(question.name, "")), f"{question.question}:"):
            yield odd


def _detail(error: CrmError) -> str:
    """Return what the network or the CRM said, without the address that the person knows."""
    told = error.what if isinstance(error, UnreachableError) and error.what else error.args[0]
    return said(told).rstrip(".")
