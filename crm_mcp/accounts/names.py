"""The names of accounts, as calls give them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm_mcp.crm.name_matching import did_you_mean, folded
from crm_mcp.errors import InputError

ACCOUNT = "account"
"""The argument that names an account, and the key of an answer that does."""


def find_account(given: Any, names: Collection[str]) -> str:  # noqa: ANN401  # what a host sent
    """Return the account that a call names; case does not matter.

    Raises:
        InputError: It names none, or one that is not there.
    """
    known = f"Accounts: {', '.join(names)}."
    if not isinstance(given, str) or not given.strip():
        raise InputError("account is required: say in which account.", hint=f"{known} Ask the user if it is not clear.")
    for name in names:
        if folded(given) == folded(name):
            return name
    raise InputError(f"There is no account {given[:60]!r}{did_you_mean(given, names)}.", hint=known)
