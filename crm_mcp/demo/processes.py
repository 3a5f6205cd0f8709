"""The two processes of the demo: the bundled fake, and the server that reads it.

The fake is a process of its own: this package and it share nothing but HTTP.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Generator

from mcp import StdioServerParameters

from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts
from crm_mcp.registry import CONNECTORS

_texts = Texts(__file__)
_OWN_VARIABLES = ("CRM_MCP_", "CRM_MOCK_", *(f"{known.name.upper()}_" for known in CONNECTORS))
_PATIENCE_S = 30


class DemoError(CrmError):
    """The demo could not run to its end."""


@contextlib.contextmanager
def running_fake(language: str, now: str) -> Generator[str]:
    """Start the bundled fake with its demo data on a free port; give its address, stop it at the end.

    Args:
        language: Of the fake's account, `en` or `hu`.
        now: The account's time, which stands still.

    Raises:
        DemoError: It did not start.
    """
    # -P: a folder of the caller's that is called mockserver must not stand in for the package.
    options = ["--port", "0", "--seed", "demo", "--language", language, "--until-stdin-closes"]
    command = [sys.executable, "-P", "-m", "mockserver", "serve", *options]
    with subprocess.Popen(  # noqa: S603  # our own package
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_neutral_environment(),
        start_new_session=True,  # Ctrl-C is for the demo, which ends it
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "listening on " not in line:
                raise DemoError(
                    _texts.text("The bundled fake did not start."), hint=_texts.text("Run crm-mock serve to see why.")
                )
            url = line.rsplit(" ", 1)[1].strip()
            _stop_clock(url, now)
            yield url
        finally:
            process.terminate()


def _stop_clock(url: str, now: str) -> None:
    body = json.dumps({"now": now, "frozen": True}).encode()
    request = urllib.request.Request(f"{url}/_control/clock", data=body, method="PUT")  # noqa: S310  # our own fake
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        without_proxy.open(request, timeout=_PATIENCE_S).close()
    except OSError as error:
        raise DemoError(_texts.text("The bundled fake did not take its clock: {error}.", error=error)) from error


def describe_server(url: str, folder: str, settings: dict[str, str]) -> StdioServerParameters:
    """Return how to start the server: on the demo accounts, without what is set for others, its store in memory."""
    accounts = [known.demo_environment(url) for known in CONNECTORS]
    logins = {name: value for account in accounts for name, value in account.items()}
    env = _neutral_environment() | logins | settings | {"CRM_MCP_STORE": "memory", "CRM_MCP_SETTINGS": "off"}
    return StdioServerParameters(command=sys.executable, args=["-m", "crm_mcp"], env=env, cwd=folder)


def _neutral_environment() -> dict[str, str]:
    """Return the caller's environment without accounts, switches and proxies, in whatever case they are written."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_OWN_VARIABLES) and not name.upper().endswith("_PROXY")
    }
