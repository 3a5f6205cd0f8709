"""The settings file as a person wrote it: what setup does not know of, and every comment, stays where it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)
SERVER = "server"
ACCOUNTS = "accounts"
_HEAD = "Settings of crm-mcp, written by `crm-mcp setup`. The environment and .env win over this file."

Settings = Mapping[str, object]
"""Settings of one CRM, or of the server, as the file names them; a secret may be `{"keychain": "entry"}`."""


class SettingsDocument:
    """A settings file that can be changed.

    Args:
        text: What it says; empty for a new one.
        path: Where it is, for what is said of it.

    Raises:
        SettingsError: It is no TOML, or its parts are not what they should be.
    """

    def __init__(self, text: str = "", path: Path = Path()) -> None:
        try:
            self._document = tomlkit.parse(text)
        except TOMLKitError as error:
            raise SettingsError(
                _texts.later("{path} is not TOML: {problem}.", path=path, problem=error),
                hint=_texts.later("Mend it, or move it away, then run setup again."),
            ) from None
        if not text.strip():
            self._document.add(tomlkit.comment(_HEAD))
            self._document.add(tomlkit.nl())
            self._document.add(SERVER, tomlkit.table())
        _ = (self.server, self.accounts)  # what is no section is refused at once

    @property
    def server(self) -> Settings:
        """The settings of the server itself."""
        return self._section(SERVER)

    @property
    def accounts(self) -> Mapping[str, Mapping[str, Settings]]:
        """The settings of each CRM of each account."""
        accounts: dict[str, Mapping[str, Settings]] = {}
        for name, crms in self._section(ACCOUNTS).items():
            sections = cast("Mapping[str, object]", crms) if isinstance(crms, Mapping) else {"": ""}
            if not all(isinstance(one, Mapping) for one in sections.values()):
                raise _no_section(f"{ACCOUNTS}.{name}")
            accounts[name] = cast("Mapping[str, Settings]", sections)
        return accounts

    def put_server(self, settings: Settings) -> None:
        """Set these settings of the server; the others stay, and None takes one away."""
        if SERVER not in self._document:
            self._document.add(SERVER, tomlkit.table())
        _put(cast("Table", self._document[SERVER]), settings)

    def put_account(self, name: str, crm: str, settings: Settings) -> None:
        """Set these settings of one CRM of an account; the others stay, and None takes one away."""
        accounts = _child(self._document, ACCOUNTS, is_super=True)
        account = _child(accounts, name, is_super=True)
        _put(_child(account, crm, is_super=False), settings)

    def remove_account(self, name: str) -> None:
        """Take an account away."""
        accounts = cast("Table", self._document[ACCOUNTS])
        accounts.remove(name)

    def as_text(self) -> str:
        """Return the file."""
        return tomlkit.dumps(self._document)  # pyright: ignore[reportUnknownMemberType]

    def _section(self, name: str) -> Settings:
        section: Any = self._document.unwrap().get(name, {})
        if not isinstance(section, Mapping):
            raise _no_section(name)
        return cast("Settings", section)


def _no_section(name: str) -> SettingsError:
    return SettingsError(
        _texts.later("{name} in the settings file is no section.", name=name),
        hint=_texts.later("Write [{name}] on a line of its own.", name=name),
    )


def _child(parent: Any, name: str, *, is_super: bool) -> Any:  # noqa: ANN401  # tomlkit's tables have several types
    if name not in parent:
        parent.add(name, tomlkit.table(is_super_table=is_super))
    return parent[name]


def _put(table: Table, settings: Settings) -> None:
    for name, value in settings.items():
        if value is None:
            if name in table:
                table.remove(name)
        elif table.unwrap().get(name) != value:
            table[name] = _inline(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def _inline(values: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    for name, value in values.items():
        table[name] = value
    return table
