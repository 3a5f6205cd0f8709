"""What a CRM brings to setting up an account of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from crm_mcp.asking.asks import Asks
    from crm_mcp.transport.connections import ConnectionPool

Values = Mapping[str, object]
"""Settings of one CRM as the settings file names them: `{"system_id": "10001", "labels": {...}}`."""


@dataclass(frozen=True, slots=True)
class LoginQuestion:
    """One part of a login.

    Attributes:
        name: The setting, in lower case.
        question: What the person reads, in their language.
        where: Where the person finds it; empty where that is plain.
        default: What is offered.
        is_secret: Whether it is not shown, and is kept apart from the other settings.
        read: Returns the settings that an answer gives, where people paste more than is asked for; without its own name
            among them the answer will not do, and `wanted` says what would.
        wanted: See `read`; a sentence.
    """

    name: str
    question: str
    where: str = ""
    default: str = ""
    is_secret: bool = False
    read: Callable[[str], Mapping[str, str]] | None = None
    wanted: str = ""

    def settings_of(self, answer: str) -> Mapping[str, str]:
        """Return the settings that an answer gives, by name."""
        return self.read(answer) if self.read else {self.name: answer}


class CrmSetup(Protocol):
    """Asks for what one CRM needs; every text is in the language of the person."""

    settings_class: type[BaseSettings]
    """Checks each answer."""

    def login_questions(self) -> Sequence[LoginQuestion]:
        """Return what is asked before anything is sent."""
        ...

    async def test_login(self, pool: ConnectionPool, values: Values) -> str:
        """Send the cheapest request that needs the login; return what it showed, as a sentence.

        Raises:
            CrmError: The login does not work, or the CRM cannot be reached.
        """
        ...

    async def ask_further(self, asks: Asks, pool: ConnectionPool, values: Values) -> Values:
        """Ask for what can only be asked once the login works.

        Args:
            asks: Who asks the person.
            pool: Open connections.
            values: The login, and of an account that is changed what was set before.

        Returns:
            The settings beside the login, only those that are to be written; one that is empty is to be removed.
        """
        ...

    def first_question(self) -> str:
        """Return what a person could ask the assistant first, without quotation marks."""
        ...

    def suggest_name(self, values: Values) -> str:
        """Return what an account with this login could be called."""
        ...
