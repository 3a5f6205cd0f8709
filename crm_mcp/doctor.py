"""What `crm-mcp doctor` looks at: settings, the store, the way to each CRM, and its login."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_mcp.accounts.connecting import refuse_unclear
from crm_mcp.commands.replica.held import describe_for_doctor
from crm_mcp.errors import CrmError, NotFoundError, SettingsError, StoreError, UnexpectedAnswerError
from crm_mcp.hosts.health import examine_hosts
from crm_mcp.hosts.machine import Machine
from crm_mcp.languages import Texts, mark, said
from crm_mcp.mcp.connector import Connector
from crm_mcp.registry import CONNECTORS
from crm_mcp.setting_names import find_unknown
from crm_mcp.settings import ServerSettings, known_variables, load
from crm_mcp.settings_file.document import is_readable_by_others
from crm_mcp.settings_file.place import find_file
from crm_mcp.settings_file.sections import read_file, reading_account
from crm_mcp.store.engine import MEMORY, Store
from crm_mcp.store.forgetting.retention import count_writes
from crm_mcp.store.location import is_postgres
from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_SERVER = mark("server")
_SETTINGS = mark("settings")
_STORE = mark("store")
_LONGEST_S = 10.0
"""How long a CRM may take, all at the same time: a person waits for the report."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `text` is in the language of the person."""

    ok: bool
    about: str
    text: str

    def __str__(self) -> str:
        return f"{_texts.text(self.about)}: {self.text}"


async def examine() -> list[Finding]:
    """Return what was found; the report is healthy when every finding is `ok`."""
    findings: list[Finding] = []
    try:
        settings = load(ServerSettings)
    except SettingsError as error:
        return [Finding(False, _SERVER, error.told)]
    findings += _examine_file()
    findings += [Finding(*one) for one in examine_hosts(Machine.this())]
    findings.append(Finding(True, _SERVER, _tell_of_writes(settings)))
    findings.append(Finding(True, mark("webhooks"), _tell_of_webhooks(settings)))
    pool = ConnectionPool(
        timeout_s=min(settings.timeout_s, _LONGEST_S),
        ca_file=settings.ca_file,
        patience_s=min(settings.call_budget_s, _LONGEST_S),
    )
    connected = 0
    store = Store(settings.store, keep_days=settings.audit_days, keeps_reads=settings.keeps_reads(is_local=True))
    findings.append(await _examine_store(store, settings.audit_days))
    if not store.problem or is_postgres(store.where):  # else it has no folder either
        findings.append(Finding(True, mark("replica"), describe_for_doctor(store)))
    async with pool.open():
        examined: list[asyncio.Task[tuple[list[Finding], int]]] = []
        for account in _accounts(findings):
            with reading_account(account):  # a task goes on reading it
                examined.append(asyncio.create_task(_examine_account(pool, store, account)))
        for found, connectors in await asyncio.gather(*examined):
            findings += found
            connected += connectors
        if settings.logins is not None:
            found, connectors = await _examine_logins(settings, pool, store)
            findings += found
            connected += connectors
    await store.close()
    if not connected and all(finding.ok for finding in findings):
        findings.append(
            Finding(False, _SETTINGS, _texts.text("no CRM is configured; run crm-mcp to see which variables to set."))
        )
    return findings


async def _examine_logins(settings: ServerSettings, pool: ConnectionPool, store: Store) -> tuple[list[Finding], int]:
    """Return what is to be said of the logins of a team, and how many are connected.

    Whose they are is shown at a terminal alone: what else is printed may be kept.
    """
    from crm_mcp.http_service.logins.making import find_logins
    from crm_mcp.http_service.users import shown_user, user_named
    from crm_mcp.toolsets import DEFAULT_TOOLSETS

    try:
        logins = find_logins(settings, pool, store, DEFAULT_TOOLSETS, read_only=True)
    except SettingsError as error:
        return [Finding(False, mark("logins"), error.told)], 0
    assert logins is not None
    findings: list[Finding] = []
    for subject, login in logins.known().items():
        whose = subject if sys.stdout.isatty() else _texts.text("entry {number}", number=login.number)
        user = shown_user(user_named(settings.oauth_issuer, subject))
        found = await asyncio.gather(*map(_examine_login, login.connect(pool, store)))
        findings += [replace(one, about=f"{whose} ({user}) {one.about}") for one in found]
    told = _texts.ntext("{count} user has a login", "{count} users have a login", len(logins.known()))
    return [Finding(True, mark("logins"), told), *findings], len(findings)


def _accounts(findings: list[Finding]) -> Sequence[str]:
    """Return the accounts to look at; one without a name is whatever the environment and the file make up."""
    document = read_file()
    if document is None:
        return ("",)
    try:
        refuse_unclear(document)
    except SettingsError as error:
        findings.append(Finding(False, _SETTINGS, error.told))
    return list(document.accounts) if len(document.accounts) > 1 else ("",)


async def _examine_account(pool: ConnectionPool, store: Store, account: str) -> tuple[list[Finding], int]:
    """Return what is to be said of the CRMs of an account, and how many are connected."""
    findings: list[Finding] = []
    connectors: list[Connector] = []
    for known in CONNECTORS:
        try:
            connector = known.from_environment(pool, store)
        except SettingsError as error:
            findings.append(Finding(False, _SETTINGS, error.told))
            continue
        findings += _name_ignored(known)
        connectors += [connector] if connector is not None else []
    findings += await asyncio.gather(*map(_examine_login, connectors))
    if account and not connectors and all(one.ok for one in findings):
        findings.append(Finding(False, _SETTINGS, _texts.text("no CRM is connected: each needs its login")))
    if account:
        findings = [replace(one, about=f"{account} {_texts.text(one.about)}") for one in findings]
    return findings, len(connectors)


def _examine_file() -> list[Finding]:
    path = find_file()
    if path is None:
        return []
    if is_readable_by_others(path):
        problem = _texts.text("{path} can be read by others of this machine. Run chmod 600 {path}", path=path)
        return [Finding(False, _SETTINGS, problem)]
    return [
        Finding(True, _SETTINGS, _texts.text("read from {path}, where the environment says nothing else", path=path))
    ]


def _tell_of_webhooks(settings: ServerSettings) -> str:
    if settings.webhook_login is None:
        return _texts.text("refused, since CRM_MCP_WEBHOOK_LOGIN is not set; they are for serve --transport http only")
    return _texts.text("taken by serve --transport http, with the login CRM_MCP_WEBHOOK_LOGIN")


def _tell_of_writes(settings: ServerSettings) -> str:
    if settings.read_only:
        return _texts.text("read only")
    if settings.unconfirmed_writes:
        return _texts.text(
            "writing tools are on; nobody is asked, even before trash and bulk (CRM_MCP_UNCONFIRMED_WRITES)"
        )
    return _texts.text("writing tools are on; trash, bulk and emptying a long text need the user's consent")


async def _examine_store(store: Store, keep_days: int) -> Finding:
    try:
        kept = await store.run(count_writes)
    except StoreError as error:
        return Finding(False, _STORE, error.told)
    if store.problem:
        return Finding(False, _STORE, said(store.problem))
    if store.place == MEMORY:
        return Finding(True, _STORE, _texts.text("memory; nothing outlives this process"))
    if store.warning:
        return Finding(False, _STORE, said(store.warning))
    told = _texts.ntext(
        "{place}; {count} write of the last {days} days is kept",
        "{place}; {count} writes of the last {days} days are kept",
        kept,
        place=said(store.place),
        days=keep_days,
    )
    return Finding(True, _STORE, told)


def _name_ignored(known: type[Connector]) -> list[Finding]:
    """Name the variables that begin as a CRM's do and are no settings: they may be of another program, or mistyped."""
    ignored = find_unknown(f"{known.name.upper()}_", known_variables(known.settings_class))
    return [
        Finding(True, _SETTINGS, _texts.text("{name} is not a setting of this server and is ignored", name=name))
        for name in ignored
    ]


async def _examine_login(connector: Connector) -> Finding:
    try:
        return Finding(True, connector.title, said(await connector.check_login()))
    except (NotFoundError, UnexpectedAnswerError) as error:
        return Finding(False, connector.title, _tell_of_stranger(connector, error))
    except CrmError as error:
        return Finding(False, connector.title, error.told)


def _tell_of_stranger(connector: Connector, error: CrmError) -> str:
    """Say that something else than the CRM answers: what is asked for here, every CRM has."""
    return _texts.text(
        "what answers at {variable} does not answer as {crm} does. Check that address. ({detail})",
        variable=f"{connector.name}_URL".upper(),
        crm=connector.title,
        detail=said(error.args[0]).rstrip("."),
    )
