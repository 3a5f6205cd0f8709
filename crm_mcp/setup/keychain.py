"""The keychain of this machine. Its backends raise whatever they like: here it works, or says in a word why not."""

from __future__ import annotations

import contextlib
from typing import Protocol

from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts
from crm_mcp.settings_file.values import KEYCHAIN_SERVICE, within

_texts = Texts(__file__)
_TRIAL = "trial-of-setup"
_WAIT_S = 60.0
"""How long a person may take to unlock it."""
_PLAIN_FILES = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")
"""Backends that keep secrets in a file that anybody can read, keep none, or refuse."""


class KeychainError(CrmError):
    """The keychain cannot be used."""


class Keychain(Protocol):
    """Holds secrets by entry."""

    def find_problem(self) -> str:
        """Return why it cannot be used, in a few words; nothing where an entry can be written, read and removed."""
        ...

    def read(self, entry: str) -> str:
        """Return a secret; empty where there is none, or it cannot be read."""
        ...

    def write(self, entry: str, secret: str) -> None:
        """Keep a secret; an empty one is removed.

        Raises:
            KeychainError: It cannot be kept.
        """
        ...


def _try_out() -> str:
    """Return why the keychain cannot be used; nothing where it kept an entry."""
    import keyring  # it looks through all installed packages

    module = type(keyring.get_keyring()).__module__
    if module.startswith(_PLAIN_FILES):
        return module
    keyring.set_password(KEYCHAIN_SERVICE, _TRIAL, _TRIAL)
    is_kept = keyring.get_password(KEYCHAIN_SERVICE, _TRIAL) == _TRIAL
    keyring.delete_password(KEYCHAIN_SERVICE, _TRIAL)
    return "" if is_kept else "it forgets"


class OsKeychain:
    """The one that `keyring` finds: of macOS, Windows, or the desktop's Secret Service."""

    def __init__(self, wait_s: float = _WAIT_S) -> None:
        self._wait_s = wait_s

    def find_problem(self) -> str:
        """Try it with an entry of its own; one that waits to be unlocked is not waited for without end."""
        try:
            return str(within(self._wait_s, _try_out))
        except Exception as error:  # noqa: BLE001  # each backend raises errors of its own
            return type(error).__name__

    def read(self, entry: str) -> str:
        """Return a secret, or nothing."""
        with contextlib.suppress(Exception):
            import keyring

            return keyring.get_password(KEYCHAIN_SERVICE, entry) or ""
        return ""

    def write(self, entry: str, secret: str) -> None:
        """Keep, or remove, a secret."""
        try:
            import keyring

            if secret:
                keyring.set_password(KEYCHAIN_SERVICE, entry, secret)
            elif keyring.get_password(KEYCHAIN_SERVICE, entry) is not None:
                keyring.delete_password(KEYCHAIN_SERVICE, entry)
        except Exception as error:  # noqa: BLE001  # each backend raises errors of its own
            raise KeychainError(
                _texts.later("The keychain refused {entry} ({why}).", entry=entry, why=type(error).__name__),
                hint=_texts.later("Nothing was changed. Unlock it, then run this again."),
            ) from None
