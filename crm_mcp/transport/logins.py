"""How a request logs in: what each way adds to its headers, and which texts of it are secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Login(Protocol):
    """A way to log in to one account."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that each request carries.

        Raises:
            UnicodeEncodeError: The login holds text that cannot be sent.
        """
        ...

    def secrets(self) -> Sequence[str]:
        """Return what no error may repeat, the longest first."""
        ...


@dataclass(frozen=True, slots=True)
class BasicLogin:
    """User name and password, as HTTP's Basic scheme sends them."""

    username: str
    password: str = field(repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the `Authorization` header."""
        return {"Authorization": f"Basic {self._encode()}"}

    def secrets(self) -> Sequence[str]:
        """Return the login as the header has it, as a pair, and the password."""
        return (self._encode(), f"{self.username}:{self.password}", self.password)

    def _encode(self) -> str:
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class BearerLogin:
    """A token, as OAuth's Bearer scheme sends it."""

    token: str = field(repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the `Authorization` header."""
        return {"Authorization": f"Bearer {self.token}"}

    def secrets(self) -> Sequence[str]:
        """Return the token."""
        return (self.token,)
