"""Which part of the settings file a group of settings is read from, and what that says."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Later, Texts, all_of
from crm_mcp.setting_names import SERVER_PREFIX, given_variables
from crm_mcp.settings_file.place import find_file

if TYPE_CHECKING:
    from pathlib import Path

    from crm_mcp.settings_file.document import SettingsFile

_texts = Texts(__file__)

_account: ContextVar[str] = ContextVar("account", default="")
_login: ContextVar[Mapping[str, Section] | None] = ContextVar("login", default=None)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the settings file.

    Attributes:
        path: The file.
        name: What stands in its brackets.
        values: What it says, as the environment would.
    """

    path: Path
    name: str
    values: Mapping[str, Any] = field(repr=False)

    def place_of(self, key: str) -> str:
        """Return where a setting stands, for people."""
        return f"{self.path}, [{self.name}] {key}"


@contextlib.contextmanager
def reading_account(name: str) -> Generator[None]:
    """Read the settings of this account of the file inside the block."""
    before = _account.set(name)
    try:
        yield
    finally:
        _account.reset(before)


@contextlib.contextmanager
def reading_login(sections: Mapping[str, Section]) -> Generator[None]:
    """Read the settings of each CRM from its section here inside the block, and no login from anywhere else."""
    before = _login.set(sections)
    try:
        yield
    finally:
        _login.reset(before)


def is_reading_login() -> bool:
    """Whether a login of its own is read, see `reading_login`."""
    return _login.get() is not None


def chosen_account() -> str:
    """Return the account of several that is read now; empty where none was chosen."""
    return _account.get()


def read_file() -> SettingsFile | None:
    """Return what the settings file says; None where there is none.

    Raises:
        SettingsError: It is not there though it is named, or cannot be read.
    """
    path = find_file()
    if path is None:
        return None
    from crm_mcp.settings_file.document import read_document

    return read_document(path)


def read_section(
    prefix: str, kinds: Mapping[str, object], given: Collection[str], login: Collection[str]
) -> Section | None:
    """Return what the file says of a group of settings; None where it says nothing.

    Args:
        prefix: The group's variables begin so.
        kinds: Its settings with their types.
        given: Those that the environment gives: they are not read.
        login: Those that name whose account it is: where the environment gives one of them, the file is left out, but
            for an account that was chosen.

    Raises:
        SettingsError: It names a setting that there is not, or a value is wrong.
    """
    own = _login.get()
    if own is not None and prefix != SERVER_PREFIX:
        return own.get(_crm_of(prefix))
    document = read_file()
    if document is None:
        return None
    if prefix == SERVER_PREFIX:
        return read_table(document.path, "server", document.server, kinds, given)
    crm = _crm_of(prefix)
    account = _account_in(document)
    if not account or crm not in document.accounts[account] or (not _account.get() and set(login) & set(given)):
        return None
    return read_table(document.path, f"accounts.{account}.{crm}", document.accounts[account][crm], kinds, given)


def place_in_file(variables: Sequence[str]) -> str:
    """Return where the settings file would hold what these variables of one CRM say; empty where it is not asked."""
    crm = _crm_of(variables[0])
    keys = all_of(name.partition("_")[2].lower() for name in variables)
    own = _login.get()
    if own is not None:
        return _place(keys, own[crm].name, own[crm].path) if crm in own else ""
    document = read_file()
    account = _account_in(document) if document else ""
    if document is None or not account or crm not in document.accounts[account]:
        return ""
    return _place(keys, f"accounts.{account}.{crm}", document.path)


def place_of_login(variables: Sequence[str]) -> str:
    """Return where these variables of one CRM were read from, without the path; empty where the environment has any."""
    crm, keys = _crm_of(variables[0]), all_of(name.partition("_")[2].lower() for name in variables)
    own = _login.get()
    if own is not None:
        return _texts.later("{keys} in the entry of this user in the file of logins", keys=keys) if crm in own else ""
    document = read_file()
    account = _account_in(document) if document else ""
    is_given = not _account.get() and any(name in given_variables("") for name in variables)
    if document is None or is_given or crm not in document.accounts.get(account, {}):
        return ""
    section = f"accounts.{account}.{crm}"
    return _texts.later("{keys} in [{section}] of the settings file", keys=keys, section=section)


def _place(keys: str, section: str, path: Path) -> str:
    return _texts.later(" ({keys} in [{section}] of {file})", keys=keys, section=section, file=path)


def _account_in(document: SettingsFile) -> str:
    """Return the account that is read; empty where none was chosen of several."""
    return _account.get() or (next(iter(document.accounts)) if len(document.accounts) == 1 else "")


def _crm_of(variable: str) -> str:
    return variable.partition("_")[0].lower()


def read_table(
    path: Path, name: str, table: Mapping[str, Any], kinds: Mapping[str, object], given: Collection[str] = ()
) -> Section:
    """Return what a table of a file says of a group of settings.

    Args:
        path: The file.
        name: What the table is called where an error tells its place.
        table: The table.
        kinds: The settings with their types.
        given: Those that are not read.

    Raises:
        SettingsError: It names a setting that there is not, or a value is wrong.
    """
    from crm_mcp.settings_file.values import read_value

    section = Section(path, name, {})
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds:
            near = did_you_mean(key, kinds)
            hint = "" if near else _texts.later("There are {names}.", names=", ".join(kinds))
            place = section.place_of(key[:60])
            raise SettingsError(_texts.later("{place} is not a setting{near}.", place=place, near=near), hint=hint)
        if key in given:
            continue
        try:
            values[key] = read_value(key, value, kinds[key])
        except ValueError as error:
            told = _texts.later("{place}: {problem}.", place=section.place_of(key), problem=error.args[0])
            raise SettingsError(told, hint=_texts.later("Correct it there.")) from None
        except SettingsError as error:
            raise SettingsError(Later.joined([f"{section.place_of(key)}:", error.args[0]]), hint=error.hint) from None
    return Section(path, name, {key: value for key, value in values.items() if value not in ("", {})})
