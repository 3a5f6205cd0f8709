"""Makes the suite at home on a fake of this project: data of its own, in a workspace of its own where there are any.

A home is a loopback target that takes `PUT /_control/seed`. There a rule may write as it likes, for what it leaves
behind is replaced before the next rule.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx

from tests.contract.harness.accounts.home_seed import build_home_seed

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED_LOGINS = {"ivinex": ("demo", "demo-password"), "minicrm": ("10001", "demo-api-key")}
"""The logins of a seed that names none."""
# A limit of requests a minute is not what the rules ask about, and would make them wait for it.
SWITCHES = {"requests-are-limited": False}


@dataclass(slots=True)
class Home:
    """The suite's own data on a fake.

    Attributes:
        http: A client for the fake's control endpoints.
        logins: The logins of its accounts.
        workspace: The workspace that was made for the run; empty where the fake has none.
        profile: What the fake says that it follows, `documented` or `observed`.
    """

    http: httpx.Client
    logins: dict[str, tuple[str, str]]
    workspace: str = ""
    profile: str = ""
    _loaded: str = field(default="")
    _snapshot: bytes = field(default=b"")

    def put_seed(self, seed: Mapping[str, object]) -> None:
        """Replace all data by a seed document."""
        document = {**seed, "deviations": {**SWITCHES, **cast("dict[str, bool]", seed.get("deviations", {}))}}
        text = json.dumps(document)
        self._loaded = ""
        response = self.http.put("/_control/seed", params=self._parameters, content=text)
        if response.status_code == 400:  # a fake that knows fewer switches
            response = self.http.put("/_control/seed", params=self._parameters, content=json.dumps(dict(seed)))
        response.raise_for_status()
        self._loaded = text

    def put_own_data(self) -> None:
        """Bring the suite's own data back, unless it is there untouched."""
        if self._loaded == _OWN or (self._snapshot and self._restore()):
            return
        self.put_seed(build_home_seed())
        taken = self.http.get("/_control/snapshot", params=self._parameters)
        self._snapshot = taken.content if taken.is_success else b""
        self._loaded = _OWN

    def mark_as_changed(self) -> None:
        """Say that a rule wrote something."""
        self._loaded = ""

    def leave(self) -> None:
        """Drop the workspace."""
        if self.workspace:
            self.http.delete(f"/_control/workspaces/{self.workspace}")

    def _restore(self) -> bool:
        """Go back to the snapshot, in a tenth of the time that seeding takes, and tell whether that went well."""
        response = self.http.put("/_control/snapshot", params=self._parameters, content=self._snapshot)
        self._loaded = _OWN if response.is_success else ""
        return response.is_success

    @property
    def _parameters(self) -> dict[str, str]:
        return {"workspace": self.workspace} if self.workspace else {}


_OWN = "own"


def find_home(http: httpx.Client) -> Home | None:
    """Return a home on the target of `http`, or None where the target is no fake on this machine."""
    if not is_loopback(http.base_url.host):
        return None
    try:
        health = http.get("/_control/health")
        facts: Any = health.json() if health.is_success else None
    except (httpx.HTTPError, ValueError):
        return None
    if not isinstance(facts, dict):
        return None
    profile = str(cast("dict[str, object]", facts).get("profile", ""))
    home = _make_workspace(http, profile) or Home(http, dict(SEED_LOGINS), profile=profile)
    try:
        home.put_own_data()
    except httpx.HTTPError:  # it looks like a fake, and takes no seed
        home.leave()
        return None
    return home


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _make_workspace(http: httpx.Client, profile: str) -> Home | None:
    name = f"contract-{secrets.token_hex(5)}"
    response = http.post("/_control/workspaces", json={"name": name, "seed": "empty"})
    if not response.is_success:
        return None
    made = response.json()
    logins = {
        "ivinex": (made["ivinex"]["username"], made["ivinex"]["password"]),
        "minicrm": (made["minicrm"]["system_id"], made["minicrm"]["api_key"]),
    }
    return Home(http, logins, made["name"], profile)
