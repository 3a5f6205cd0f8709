"""The service that a soak visits: `crm-mcp` over HTTP on a fake, users with a login each; it tells what it holds."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from mockserver.fake_process import running_fake
from tests.soak.visits import ONE_TOKEN, SLOW_CONTACT, WEBHOOK_LOGIN
from tests.support.logins_file import write_logins
from tests.support.mcp_play import MODULES, both_crms
from tests.support.postgres import running_postgres
from tests.support.processes import wait_for_address
from tests.support.team import oauth_of
from tests.support.token_issuer import Issuer, issuing
from tests.support.transports import quiet_environment

KINDS_OF_STORE = ("sqlite", "postgresql", "memory")
_IDLE_S = 10.0
"""After so long without a word a session ends here; by default half an hour."""
_SLOW_RULE = {
    "match": {"method": "GET", "path": f"/Api/R3/Contact/{SLOW_CONTACT}"},
    "fault": {"kind": "latency", "delay_s": 2.5},
}


@dataclass(frozen=True)
class Served:
    """A running service.

    Attributes:
        url: The address of `/mcp`.
        process: Its process id.
        issuer: Who gives tokens for it.
        users: How many subjects have a login there, `user-0` and on.
        store: Where its store is.
        report: Where it says what it holds; see `observed`.
        log: What it said on standard error.
    """

    url: str
    process: int
    issuer: Issuer
    users: int
    store: str
    report: Path
    log: Path


@contextlib.contextmanager
def store_of_kind(kind: str, folder: Path) -> Generator[str]:
    """Yield the place of a new store."""
    if kind != "postgresql":
        yield str(folder / "store") if kind == "sqlite" else kind
        return
    with running_postgres() as server, server.new_database() as url:
        yield url


@contextlib.contextmanager
def serving(store: str, folder: Path, *, users: int) -> Generator[Served]:
    """Start the fake, the issuer and the service."""
    with running_fake("--seed", "demo") as fake, issuing() as issuer:
        httpx.put(f"{fake.url}/_control/faults", json={"rules": [_SLOW_RULE]}, trust_env=False).raise_for_status()
        logins = folder / "logins.json"
        write_logins(logins, {f"user-{at}": _login(fake.url) for at in range(users)})
        settings = {
            **both_crms(fake.url),
            **oauth_of(issuer),
            "CRM_MCP_STORE": store,
            "CRM_MCP_HTTP_TOKEN": ONE_TOKEN,
            "CRM_MCP_LOGINS": str(logins),
            "CRM_MCP_WEBHOOK_LOGIN": ":".join(WEBHOOK_LOGIN),
            "CRM_MCP_REPLICA": "on",
            "XDG_DATA_HOME": str(folder),
        }
        report, log = folder / "held.jsonl", folder / "log"
        report.touch()
        with _started(settings, report, log) as process:
            url = wait_for_address(log, process)
            yield Served(url, process.pid, issuer, users, store, report, log)


def _login(url: str) -> dict[str, Any]:
    return {
        "minicrm": {"url": url, "system_id": "10001", "api_key": "demo-api-key", "requests_per_minute": 0},
        "ivinex": {"url": url, "username": "demo", "password": "demo-password", "modules": MODULES},
    }


@contextlib.contextmanager
def _started(settings: Mapping[str, str], report: Path, log: Path) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.soak.observed", str(report), str(_IDLE_S)]
    command += ["serve", "--transport", "http", "--port", "0"]
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, env=quiet_environment(settings), stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
