"""Applications and rules that the tests of the contract suite are played with."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockserver.server.app import create_app
from tests.contract.harness.accounts.home import SEED_LOGINS
from tests.contract.harness.accounts.home_seed import build_home_seed
from tests.contract.harness.modes import open_app_target
from tests.contract.harness.rules import Rule
from tests.contract.harness.runner import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from mockserver.server.app import MockApp
    from tests.contract.harness.rules import CrmName
    from tests.contract.harness.sandbox import Sandbox
    from tests.contract.harness.target import Target


class Stranger:
    """Somebody's server: answers both APIs, has no control endpoints, and remembers what it was sent."""

    def __init__(self, app: MockApp) -> None:
        self._app = app
        self.requests: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["path"].startswith("/_control"):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"no such page"})
            return
        self.requests.append((scope["method"], scope["path"]))
        await self._app(scope, receive, send)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that were no reads."""
        return [each for each in self.requests if each[0] != "GET"]


@contextmanager
def open_stranger(sandbox: Sandbox | None = None) -> Generator[tuple[Target, Stranger]]:
    """Open somebody's server that holds the data of the home seed, as a target to be careful with."""
    app = create_app(build_home_seed())
    stranger = Stranger(app)
    with open_app_target(stranger, logins=SEED_LOGINS, sandbox=sandbox) as target:
        yield target, stranger
    app.close()


def make_rule(check: Callable[[Any], None], *, crm: CrmName = "minicrm", writes: bool = False) -> Rule:
    """Return a rule that is not registered."""
    return Rule(f"{crm}.test.rule", crm, "It holds.", "documented", f"{crm}.txt, Section", writes, check)


def make_outcome(result: str = "passed", **changes: Any) -> Outcome:
    """Return an outcome."""
    facts: dict[str, Any] = {
        "rule": "minicrm.test.rule",
        "crm": "minicrm",
        "title": "It <holds>.",
        "provenance": "documented",
        "source": "minicrm.txt, Section",
        "result": result,
        "ms": 1500,
        **changes,
    }
    return Outcome(**facts)


def json_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it reads back from JSON."""
    return json.loads(json.dumps(outcome.as_json()))
