"""What setup is about to write: the settings file, and beside it the secrets of the keychain."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from crm_mcp.errors import CrmError
from crm_mcp.hosts import files
from crm_mcp.languages import Texts
from crm_mcp.settings_file.place import VARIABLE
from crm_mcp.setup.document import Settings, SettingsDocument
from crm_mcp.setup.keychain import Keychain
from crm_mcp.setup.secret_places import KeptSecret, Place, place_secret

_texts = Texts(__file__)
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_HIDDEN = "***"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: the file, and what it said before, kept beside it; None for a new one."""

    path: Path
    backup: Path | None


@dataclass
class Plan:
    """Changes to one settings file.

    Attributes:
        path: The file.
        secrets: What the keychain is to hold by entry; an empty one is to be removed.
        variables: The environment variables that the person must set.
        changed: The settings that are to be set, by section, secrets in clear only where the file is to hold them.
    """

    path: Path
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    variables: list[str] = field(default_factory=list[str])
    changed: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])

    def __post_init__(self) -> None:
        self._before = files.read(self.path)
        self.document = SettingsDocument(self._before.text, self.path)

    @property
    def is_new(self) -> bool:
        """Whether there was no such file."""
        return self._before.raw is None

    def set_server(self, settings: Settings) -> None:
        """Set these settings of the server."""
        self.changed["server"] = dict(settings)
        self.document.put_server(settings)

    def set_account(
        self, account: str, crm: str, values: Mapping[str, object], secrets: Mapping[str, str], place: Place
    ) -> None:
        """Set what one CRM of an account needs.

        Args:
            account: The account.
            crm: The CRM.
            values: Its settings; an empty one is taken away.
            secrets: Those of them that are secret, in clear.
            place: Where secrets go.
        """
        kept = {name: place_secret(place, account, crm, name, secret) for name, secret in secrets.items()}
        settings = {name: _written(value, kept.get(name)) for name, value in values.items()}
        self.document.put_account(account, crm, settings)
        for name, one in kept.items():
            if one.entry:
                self.secrets[one.entry] = secrets[name]
            if one.variable:
                self.variables.append(one.variable)
        hidden = {name for name in secrets if isinstance(settings[name], str)}
        self.changed[f"accounts.{account}.{crm}"] = {
            name: _HIDDEN if name in hidden else value for name, value in settings.items() if value is not None
        }

    def remove_account(self, account: str, entries: list[str]) -> None:
        """Take an account away, with its entries of the keychain."""
        self.document.remove_account(account)
        self.secrets |= dict.fromkeys(entries, "")
        self.changed[f"accounts.{account}"] = {}

    def preview(self) -> str:
        """Return the sections that are changed, without secrets."""
        document = SettingsDocument()
        for section, settings in self.changed.items():
            kind, _, rest = section.partition(".")
            account, _, crm = rest.partition(".")
            if kind == "server":
                document.put_server(settings)
            elif crm:
                document.put_account(account, crm, settings)
        return document.as_text().partition("\n")[2].strip()

    def save(self, keychain: Keychain) -> Saved:
        """Write all of it; where the file cannot be written, the keychain is as it was.

        Raises:
            CrmError: It cannot be written; nothing was changed.
        """
        before = {entry: keychain.read(entry) for entry in self.secrets}
        done: list[str] = []
        try:
            for entry, secret in self.secrets.items():
                keychain.write(entry, secret)
                done.append(entry)
            return self._write()
        except BaseException:
            for entry in done:
                keychain.write(entry, before[entry])
            raise

    def _write(self) -> Saved:
        folder = self.path.resolve().parent
        try:
            if not folder.exists():
                folder.mkdir(parents=True, mode=_PRIVATE_FOLDER)
        except OSError as error:
            raise CrmError(
                _texts.later("{folder} cannot be made: {reason}.", folder=folder, reason=error.strerror),
                hint=_texts.later("Name another file in {variable}. Nothing was changed.", variable=VARIABLE),
            ) from None
        content = files.Content(self._before.raw, self._before.text, _PRIVATE_FILE)
        backup = files.write(self.path, content, self.document.as_text())
        if backup is not None and os.name == "posix":
            backup.chmod(_PRIVATE_FILE)
        return Saved(self.path, backup)


def _written(value: object, kept: KeptSecret | None) -> object:
    """Return a setting as the file holds it; None where it is empty, which takes it away."""
    if kept is not None:
        return kept.reference
    return None if value in ("", {}, None) else _plain(value)


def _plain(value: object) -> object:
    """Return ids of a table as numbers, as people write them."""
    if not isinstance(value, Mapping):
        return value
    table = cast("Mapping[str, object]", value)
    return {name: int(str(one)) if _NUMBER.fullmatch(str(one)) else one for name, one in table.items()}
