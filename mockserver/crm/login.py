"""What a request to a CRM logged in with, how that stands in its headers, and what else opens an account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OpenPaths:
    """The open paths of one CRM.

    Attributes:
        holds: Tells whether a path is one of them.
        name_account: Returns the user name of the account that a request means, by its path, query and body; empty
            where they tell none.
        hide_secrets: Returns the query and the body of a request to any path without what opens something.
    """

    holds: Callable[[str], bool]
    name_account: Callable[[str, Query, bytes], str]
    hide_secrets: Callable[[str, Query, bytes], tuple[Query, bytes]]
