"""Whose rows are whose: an account is a base URL and a login, and a budget belongs to a base URL and a system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Account:
    """One login of one CRM.

    Attributes:
        crm: The CRM's name.
        base_url: Its address, without a login.
        system: What the CRM counts requests by: the system's id; empty where it counts those of all logins together.
        name: What its owner calls it in the settings file; empty where it has no name.
        login: What tells this login from others of the same system; it goes into a hash, and is written nowhere.
    """

    crm: str
    base_url: str
    system: str
    login: str = field(repr=False)
    name: str = field(default="", compare=False)

    @cached_property
    def account_id(self) -> str:
        """The key of all its rows but those of the budget."""
        return f"{self.crm}-{_digest(self.crm, self.base_url, self.system, self.login)}"

    @cached_property
    def budget_id(self) -> str:
        """The key of its requests, which all logins of one system share."""
        return f"{self.crm}-{_digest(self.crm, self.base_url, self.system)}"


def _digest(*parts: str) -> str:
    """Return a hash that cannot be guessed back in practice: a password is slow to try."""
    text = "\0".join(parts).encode()
    return hashlib.scrypt(text, salt=b"crm-mcp-server account", n=2**13, r=8, p=1, dklen=12).hex()
