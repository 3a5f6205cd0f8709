"""What was answered to the questions, and the shapes of one side's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mockserver.live.drift.shape import NameKey, Shape
from mockserver.live.json_style import read_wire_form

KeyNames = Callable[[str], NameKey]
"""Gives the keys in an endpoint's answers their names, by the endpoint."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

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


@dataclass(slots=True)
class EndpointShape:
    """How one endpoint answers."""

    statuses: set[int] = field(default_factory=set[int])
    media_types: set[str] = field(default_factory=set[str])
    body: Shape = field(default_factory=Shape)


@dataclass(slots=True)
class Side:
    """How one side answers: each endpoint, and its habits of writing JSON."""

    endpoints: dict[str, EndpointShape] = field(default_factory=dict[str, EndpointShape])
    wire_form: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


class CrmQuestions(Protocol):
    """What one CRM is asked, and which of its fields are an account's own."""

    async def ask(self, ask: Ask, *, breadth: int) -> None:
        """Ask everything.

        Args:
            ask: Sends one question.
            breadth: How many of the found objects to look at.
        """
        ...

    def name_endpoint(self, path: str, query: Mapping[str, str], status: int, body: object) -> str:
        """Return what a recorded request asks, in the words of `ask`; empty where `ask` never asks it."""
        ...

    def tell_apart(self, endpoint: str, body: object) -> str:
        """Return the endpoint's name for this answer, where an empty one has a shape of its own."""
        ...

    def choose_comparable(self, answers: Sequence[Answer]) -> list[Answer]:
        """Return the answers of which enough is known to compare them."""
        ...

    def build_key_names(self, answers: Iterable[Answer], others: Iterable[Answer]) -> KeyNames:
        """Return how to name keys in one side's answers, given the other side's: an account's own fields are data."""
        ...


class Ask(Protocol):
    """Sends one question to one side."""

    async def __call__(self, endpoint: str, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask, keep the answer, and return it."""
        ...


def learn_side(answers: Iterable[Answer], key_names: KeyNames) -> Side:
    """Return the shapes of one side's answers."""
    side = Side()
    wire_form: defaultdict[str, set[str]] = defaultdict(set)
    for answer in answers:
        shape = side.endpoints.setdefault(answer.endpoint, EndpointShape())
        shape.statuses.add(answer.status)
        shape.media_types.add(answer.media_type)
        if not answer.is_success:
            continue
        shape.body.learn(answer.body, key_names(answer.endpoint), has_own_ids=answer.raw is not None)
        if answer.raw is not None:
            for about, how in read_wire_form(answer.raw).items():
                wire_form[about].add(how)
    side.wire_form.update(wire_form)
    return side
