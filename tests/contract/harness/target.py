"""What the rules are run against: an implementation of one CRM or of both, at an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from tests.contract.harness.accounts.account import Login, Pace
from tests.contract.harness.accounts.home import SEED_LOGINS, Home, find_home, is_loopback
from tests.contract.harness.accounts.ivinex_account import IvinexAccount
from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
from tests.contract.harness.rules import CRMS
from tests.contract.harness.sandbox import Sandbox, WriteGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contract.harness.accounts.account import Account
    from tests.contract.harness.rules import CrmName, Rule

# MiniCRM allows 60 requests a minute (observed, grade B); Ivinex documents none.
MINICRM_REQUESTS_PER_MINUTE = 55
TIMEOUT_S = 30.0
LOGIN_VARIABLES = {
    "ivinex": ("IVINEX_USERNAME", "IVINEX_PASSWORD"),
    "minicrm": ("MINICRM_SYSTEM_ID", "MINICRM_API_KEY"),
}
DOCUMENTED_MODULES = {"contact": "1001", "note": "1002"}
"""The ids that the Ivinex document assumes."""


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """How to reach a target that is no home.

    Attributes:
        urls: Each CRM's root.
        logins: Each CRM's Basic login; one without is left out.
        ivinex_modules: The account's Ivinex modules, name to id.
        sandbox: What may be written there.
        requests_per_minute: How fast to ask MiniCRM; None decides by where the target is.
    """

    urls: Mapping[str, str]
    logins: Mapping[str, Login] = field(default_factory=dict[str, Login])
    ivinex_modules: Mapping[str, str] = field(default_factory=lambda: dict(DOCUMENTED_MODULES))
    sandbox: Sandbox = field(default_factory=Sandbox)
    requests_per_minute: int | None = None


@dataclass(slots=True)
class Target:
    """An implementation under test.

    Attributes:
        name: Its address, for the report.
        mode: How it is reached: `socket`, `in_process` or `respx`.
        accounts: The CRMs that can be asked.
        left_out: Why a CRM cannot.
        sandbox: What may be written.
        home: Where the data is the suite's own; None elsewhere.
        clients: Its open clients.
        notes: What to know of the run: what is left out, and what may be written.
    """

    name: str
    mode: str
    accounts: Mapping[CrmName, Account]
    left_out: Mapping[str, str]
    sandbox: Sandbox
    home: Home | None
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])
    notes: list[str] = field(default_factory=list[str])

    def find_account(self, crm: CrmName) -> Account | None:
        """Return a CRM's account, or None where it is left out."""
        return self.accounts.get(crm)

    def prepare(self, rule: Rule) -> None:
        """Bring the data into the state that every rule begins with."""
        if self.home is not None:
            self.home.put_own_data()
            if rule.writes:
                self.home.mark_as_changed()

    def clean_up(self, rule: Rule) -> None:
        """Undo what a rule wrote, where the data is somebody's."""
        if rule.writes and self.home is None and self.sandbox.made:
            self.sandbox.clean_up(self._undo)

    def _undo(self, path: str, body: object) -> bool:
        try:
            return self.accounts["minicrm"].send("PUT", path, body=body).http.is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Leave the home and close all connections."""
        if self.home is not None:
            self.home.leave()
        for client in self.clients:
            client.close()


def make_target(settings: TargetSettings, connect: Callable[[], httpx.BaseTransport], mode: str) -> Target:
    """Return the target at some addresses.

    Args:
        settings: Addresses and logins.
        connect: Makes a transport.
        mode: How it is reached.
    """
    clients: list[httpx.Client] = []

    def open_client(url: str, sandbox: Sandbox) -> httpx.Client:
        client = httpx.Client(
            base_url=url, transport=WriteGuard(connect(), sandbox), timeout=TIMEOUT_S, trust_env=False
        )
        clients.append(client)
        return client

    name = next(iter(dict.fromkeys(settings.urls.values())))
    is_one_place = len(set(settings.urls.values())) == 1
    home = find_home(open_client(name, Sandbox(is_home=True))) if is_one_place else None
    sandbox = Sandbox(is_home=True) if home else settings.sandbox
    logins = home.logins if home else _choose_logins(settings)
    accounts: dict[CrmName, Account] = {}
    left_out: dict[str, str] = {}
    for crm in CRMS:
        if crm not in logins:
            left_out[crm] = f"left out, for {' and '.join(LOGIN_VARIABLES[crm])} are not set"
            continue
        client = open_client(settings.urls[crm], sandbox)
        accounts[crm] = _open_account(crm, client, logins[crm], sandbox, home, settings)
    notes = [*_tell_how(settings, home), *(f"{crm}: {why}" for crm, why in left_out.items())]
    return Target(name, mode, accounts, left_out, sandbox, home, clients, notes)


def _tell_how(settings: TargetSettings, home: Home | None) -> list[str]:
    """Say whose data the rules are asked of, and what may be written."""
    if home is not None:
        where = f"the workspace {home.workspace}" if home.workspace else "the place of all that was there"
        return [f"a fake that takes a seed, profile {home.profile or 'unknown'}: the suite's own data, in {where}"]
    notes = [] if settings.logins else ["no login was given: those of the fake's seeds were tried"]
    places = ", ".join(f"{place} {place_id}" for place, place_id in settings.sandbox.places.items())
    return [*notes, f"wrote in {places} alone" if places else "read-only: rules that write were not tested (--sandbox)"]


def _choose_logins(settings: TargetSettings) -> Mapping[str, Login]:
    """Return the given logins, or those of the seeds for a server on this machine that was given none."""
    is_near = all(is_loopback(httpx.URL(url).host) for url in settings.urls.values())
    return SEED_LOGINS if is_near and not settings.logins else settings.logins


def _open_account(
    crm: CrmName, http: httpx.Client, login: Login, sandbox: Sandbox, home: Home | None, settings: TargetSettings
) -> Account:
    is_near = is_loopback(httpx.URL(settings.urls[crm]).host) or home is not None
    rate = settings.requests_per_minute
    if crm == "ivinex":
        modules = DOCUMENTED_MODULES if home else settings.ivinex_modules
        return IvinexAccount(http, login, sandbox, home, Pace(rate or 0), modules=modules)
    pace = Pace(rate if rate is not None else 0 if is_near else MINICRM_REQUESTS_PER_MINUTE)
    return MinicrmAccount(http, login, sandbox, home, pace)
