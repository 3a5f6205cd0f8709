"""What each CRM tells `crm-mock drift`: what to ask an account, and which fields are an account's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

ANY_ID = "*"
"""The key that stands for all keys that are ids."""
ANY_ITEM = "[]"
"""The place of a list's items."""
OWN = "(own field"
"""How the name of a key begins that stands for fields an account has made for itself."""

Place = tuple[str, ...]
NameKey = Callable[[Place, str], str]
"""Gives a key its name in a shape, by the place of its object."""
KeyNames = Callable[[str], NameKey]
"""Gives the keys in an endpoint's responses their names, by the endpoint."""


@dataclass(frozen=True, slots=True)
class DriftResponse:
    """What was responded to one question.

    Attributes:
        endpoint: What was asked, for people: `GET /Project/{id}`.
        status: HTTP status.
        media_type: Its `Content-Type` without parameters.
        body: The JSON value; None where there is none.
        raw: The body as it was sent; None in a recording.
    """

    endpoint: str
    status: int
    media_type: str
    body: object = None
    raw: bytes | None = None

    @property
    def is_success(self) -> bool:
        """Whether the question was answered."""
        return 200 <= self.status < 300


class Ask(Protocol):
    """Asks the account, or the fake, one question."""

    async def __call__(self, endpoint: str, path: str, query: Mapping[str, str] | None = None) -> DriftResponse:
        """Send a GET, remember its response as one of `endpoint`, and return it."""
        ...


class DriftQuestions(ABC):
    """The questions to one account of a CRM, which only read."""

    @abstractmethod
    async def ask(self, ask: Ask, *, breadth: int) -> None:
        """Ask everything.

        Args:
            ask: Sends one question.
            breadth: How many of the found objects to look at.
        """

    @abstractmethod
    def name_endpoint(self, path: str, query: Mapping[str, str], status: int, body: object) -> str:
        """Return what a recorded request asks, as `ask` names it; empty where `ask` never asks it."""

    def tell_apart(self, endpoint: str, body: object) -> str:
        """Return the endpoint's name for this body, where an empty one has a shape of its own."""
        del body
        return endpoint

    def choose_comparable(self, responses: Sequence[DriftResponse]) -> list[DriftResponse]:
        """Return the responses of which enough is known to compare them."""
        return list(responses)

    def build_key_names(self, responses: Iterable[DriftResponse], others: Iterable[DriftResponse]) -> KeyNames:
        """Return how to name keys in one side's responses, given the other side's: an account's own fields are data."""
        del responses, others
        return lambda _endpoint: lambda _place, key: key


def is_id(key: str) -> bool:
    """Tell whether a key is an id."""
    return key.isascii() and key.isdigit()
