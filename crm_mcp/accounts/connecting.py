"""Connects the accounts of the settings file, and refuses a file that leaves open whose account is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from crm_mcp import registry
from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts, all_of, any_of, mark
from crm_mcp.setting_names import given_variables
from crm_mcp.settings import EnvironmentSettings
from crm_mcp.settings_file.place import NO_FILE, VARIABLE
from crm_mcp.settings_file.sections import reading_account

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings_file.document import SettingsFile
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)

_UNSET_IT = mark("Unset it to work with the file's accounts, or set {setting} to work with the environment's alone.")
_UNSET_THEM = mark(
    "Unset them to work with the file's accounts, or set {setting} to work with the environment's alone."
)

Accounts = Mapping[str, Sequence["Connector"]]
"""The connectors of each account by its name."""


def connect_accounts(document: SettingsFile, pool: ConnectionPool, store: Store) -> list[Connector]:
    """Return the connectors of each account of a settings file, or of the one that the environment and it make up.

    Their `account` has the name that it has there.

    Raises:
        SettingsError: One is half configured, or what the file says cannot be told apart from something else.
    """
    refuse_unclear(document)
    if len(document.accounts) < 2:
        connectors = registry.connect(pool, store)
        for name in document.accounts:
            _refuse_without_login(document, name, connectors)
            _name(connectors, name)
        return connectors
    found: list[Connector] = []
    for name in document.accounts:
        with reading_account(name):
            connectors = registry.connect(pool, store)
        _refuse_without_login(document, name, connectors)
        _name(connectors, name)
        found += connectors
    _refuse_same_logins(document, found)
    return found


def by_account(connectors: Sequence[Connector]) -> Accounts:
    """Return the connectors of each account by its name; of the only one perhaps by an empty one."""
    found: dict[str, list[Connector]] = {}
    for connector in connectors:
        found.setdefault(connector.account.name, []).append(connector)
    return found


def _name(connectors: Sequence[Connector], name: str) -> None:
    for connector in connectors:
        connector.account = replace(connector.account, name=name)


def refuse_unclear(document: SettingsFile) -> None:
    """Refuse a file of which it is not clear what is to be connected, whatever its logins are worth.

    Raises:
        SettingsError: It names a CRM that there is not, or has several accounts beside the environment's own.
    """
    _refuse_unknown_crms(document)
    if len(document.accounts) > 1:
        _refuse_variables(document)


def _refuse_unknown_crms(document: SettingsFile) -> None:
    known = [one.name for one in registry.CONNECTORS]
    for account, sections in document.accounts.items():
        for crm in sections:
            if crm not in known:
                raise SettingsError(
                    _texts.later(
                        "{file}: [{section}] is no CRM{near}.",
                        file=document.path,
                        section=f"accounts.{account}.{crm[:60]}",
                        near=did_you_mean(crm, known),
                    ),
                    hint=_texts.later("There are {names}.", names=", ".join(known)),
                )


def _refuse_without_login(document: SettingsFile, account: str, connectors: Sequence[Connector]) -> None:
    """Refuse an account of which nothing can be connected: its tools would be absent without a word."""
    connected = [one.name for one in connectors]
    sections = document.accounts[account]
    if not sections:
        raise SettingsError(
            _texts.later("{file}: the account {account} has no CRM.", file=document.path, account=account),
            hint=_texts.later(
                "Add {sections}.", sections=any_of(f"[accounts.{account}.{one.name}]" for one in registry.CONNECTORS)
            ),
        )
    for known in registry.CONNECTORS:
        if known.name in sections and known.name not in connected:
            needed = list(_settings_of(known).login) or [_texts.later("a login")]
            section = f"accounts.{account}.{known.name}"
            raise SettingsError(
                _texts.later("{file}, [{section}] has no login.", file=document.path, section=section),
                hint=_texts.later("It needs {settings}.", settings=all_of(needed)),
            )


def _refuse_variables(document: SettingsFile) -> None:
    """Refuse what the environment says of one account where the file has several."""
    given = given_variables("")
    for known in registry.CONNECTORS:
        settings = _settings_of(known)
        names = [f"{known.name}_{key}".upper() for key in (*settings.login, *settings.of_one_account)]
        if found := [name for name in names if name in given]:
            raise SettingsError(
                _texts.later(
                    "{file} has {count} accounts ({accounts}), and the environment says {variables}: which of them "
                    "that is for cannot be known.",
                    file=document.path,
                    count=len(document.accounts),
                    accounts=", ".join(document.accounts),
                    variables=", ".join(found),
                ),
                hint=_texts.later(_UNSET_IT if len(found) == 1 else _UNSET_THEM, setting=f"{VARIABLE}={NO_FILE}"),
            )


def _refuse_same_logins(document: SettingsFile, connectors: Sequence[Connector]) -> None:
    for one, other in combinations(connectors, 2):
        if one.account == other.account:
            raise SettingsError(
                _texts.later(
                    "{file}: the accounts {names} have the same login of {crm}.",
                    file=document.path,
                    names=all_of((one.account.name, other.account.name)),
                    crm=one.title,
                ),
                hint=_texts.later("An account is one company: give it one name, with its other CRM beside it."),
            )


def _settings_of(known: type[Connector]) -> type[EnvironmentSettings]:
    settings = known.settings_class
    return settings if issubclass(settings, EnvironmentSettings) else EnvironmentSettings
