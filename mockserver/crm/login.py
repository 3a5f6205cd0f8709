"""What a request to a CRM logged in with, and how that stands in its headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Login:
    """The two halves of a login.

    Attributes:
        username: The user name (a system id, say); empty where the header cannot be read, or the CRM has none.
        password: The secret: a password, an API key, a token.
        defect: Why the header cannot be read, for the journal; empty where it can. Never quotes the header.
    """

    username: str = ""
    password: str = ""
    defect: str = ""


@dataclass(frozen=True, slots=True)
class LoginScheme:
    """How a CRM has a login sent.

    Attributes:
        parse: Reads the value of an `Authorization` header, None where there is none.
        format: Writes it, given the two halves of a login.
    """

    parse: Callable[[bytes | None], Login]
    format: Callable[[str, str], str]
