"""The connections that the settings name, for all commands, and which of them a command is for."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts, any_of, mark

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from crm_mcp.mcp.connector import Connector
    from crm_mcp.settings import ServerSettings
    from crm_mcp.store.engine import Store
    from crm_mcp.transport.connections import ConnectionPool

_T = TypeVar("_T")

WHICH_ACCOUNT = "Of several accounts in the settings file, the one of this name."

_texts = Texts(__file__)
NOT_CONFIGURED = mark("""No CRM is configured. Set, in the environment or in a .env file here,
{variables}
or run crm-mcp setup, which asks for them. To see it work without an account, run: crm-mcp demo""")


def connect(*, is_local: bool = True) -> tuple[ServerSettings, ConnectionPool, Store, list[Connector]]:
    """Read the settings and connect what they name; a service may have only the logins of its users.

    Raises:
        SettingsError: They are wrong, or name no CRM; the message says what to set.
    """
    from crm_mcp import registry
    from crm_mcp.settings import ServerSettings, load
    from crm_mcp.settings_file.sections import read_file
    from crm_mcp.store.engine import Store
    from crm_mcp.store.location import is_postgres
    from crm_mcp.transport.connections import ConnectionPool

    settings = load(ServerSettings)
    pool = ConnectionPool(timeout_s=settings.timeout_s, ca_file=settings.ca_file, patience_s=settings.call_budget_s)
    keeps_reads = settings.keeps_reads(is_local=is_local)
    is_shared = not is_local and is_postgres(settings.store)
    store = Store(settings.store, keep_days=settings.audit_days, keeps_reads=keeps_reads, is_needed=is_shared)
    document = read_file()
    if document is None:
        connectors = registry.connect(pool, store)
    else:
        from crm_mcp.accounts.connecting import connect_accounts

        connectors = connect_accounts(document, pool, store)
    if not connectors and (is_local or settings.logins is None):
        raise SettingsError(_texts.later(NOT_CONFIGURED, variables=registry.describe_variables()))
    return settings, pool, store, connectors


def find_server_builder(connectors: Sequence[Connector]) -> Callable[..., MCPServer[None]]:
    """Return what makes the MCP server: of one account, or of several; see `crm_mcp.server.build_server`."""
    if len({one.account.name for one in connectors}) > 1:
        from crm_mcp.accounts.server import build_server as build_for_accounts

        return build_for_accounts
    from crm_mcp.server import build_server

    return build_server


def choose_account(connectors: Sequence[Connector], account: str) -> list[Connector]:
    """Return the connectors of the account of this name, or all of them where it is empty.

    Raises:
        SettingsError: There is none of that name.
    """
    names = list(dict.fromkeys(one.account.name for one in connectors))
    if account and account.casefold() not in map(str.casefold, names):
        known = list(filter(None, names))
        hint = _texts.later("One account is connected, and it has no name: leave --account out.")
        raise SettingsError(
            _texts.later(
                "There is no account {account}{near}.", account=repr(account[:60]), near=did_you_mean(account, known)
            ),
            hint=_texts.later("Use {names}.", names=", ".join(known)) if known else hint,
        )
    return [one for one in connectors if account.casefold() in ("", one.account.name.casefold())]


def choose_one_account(connectors: Sequence[Connector], account: str) -> list[Connector]:
    """Return the connectors of the account of this name, or of the only one where it is empty.

    Raises:
        SettingsError: There is none of that name, or there are several and none is named.
    """
    found = choose_account(connectors, account)
    names = list(dict.fromkeys(one.account.name for one in found))
    if len(names) > 1:
        raise SettingsError(
            _texts.later("Several accounts are connected."),
            hint=_texts.later("Name one: --account {names}.", names=any_of(names)),
        )
    return found


def choose(connectors: Sequence[Connector], crm: str) -> list[Connector]:
    """Return the connector of the CRM of this name, or all of them where it is empty.

    Raises:
        SettingsError: None of that name is connected.
    """
    found = [one for one in connectors if crm.casefold() in ("", one.name.casefold(), one.title.casefold())]
    if not found:
        names = dict.fromkeys(one.name for one in connectors)
        raise SettingsError(
            _texts.later("No CRM {crm} is connected{near}.", crm=repr(crm[:60]), near=did_you_mean(crm, names)),
            hint=_texts.later("Use {names}.", names=", ".join(names)),
        )
    return found


async def until_stopped(work: Coroutine[Any, Any, _T]) -> _T:
    """Do work; SIGINT and SIGTERM cancel it."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows, where asyncio minds SIGINT by itself
            loop.add_signal_handler(number, task.cancel)
    return await task
