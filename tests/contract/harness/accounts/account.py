"""One CRM of a target, as a caller with its login sees it: sends requests, keeps the answers, and paces itself.

The two CRMs have accounts of their own, `IvinexAccount` and `MinicrmAccount`, which also find the data to ask about.
"""

from __future__ import annotations

import json
import time
from collections import deque
from typing import TYPE_CHECKING, Literal

import httpx

from tests.contract.harness.checks import BrokenError
from tests.contract.harness.responses import CrmResponse
from tests.contract.harness.rules import NotTestedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contract.harness.accounts.home import Home
    from tests.contract.harness.sandbox import Sandbox

Login = tuple[str, str]
LoginName = Literal["account", "none", "wrong"]
LONGEST_WAIT_S = 90.0
TOO_MANY_REQUESTS = 429
_MINUTE_S = 60.0


class Pace:
    """Keeps to a number of requests a minute.

    Args:
        per_minute: How many; 0 is as many as there are.
        now: The time in seconds.
        sleep: Waits for seconds.
    """

    def __init__(
        self, per_minute: int, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._per_minute = per_minute
        self._now = now
        self._sleep = sleep
        self._sent: deque[float] = deque(maxlen=max(per_minute, 1))

    def wait(self) -> None:
        """Wait until another request may be sent."""
        if not self._per_minute:
            return
        if len(self._sent) == self._per_minute and (rest := self._sent[0] + _MINUTE_S - self._now()) > 0:
            self._sleep(rest)
        self._sent.append(self._now())

    def wait_longer(self, response: httpx.Response) -> float:
        """Wait as an answer of 429 says, or a few seconds where it does not say, and tell how long."""
        told = response.headers.get("Retry-After", "")
        rest = min(float(told), _MINUTE_S) if told.isdigit() else 5.0
        self._sleep(rest)
        return rest


class Account:
    """One CRM's account on a target.

    Args:
        http: A client at the CRM's root whose transport is guarded.
        login: The Basic login.
        sandbox: What may be written.
        home: Where the data is the suite's own; None elsewhere.
        pace: How fast to ask.
    """

    def __init__(self, http: httpx.Client, login: Login, sandbox: Sandbox, home: Home | None, pace: Pace) -> None:
        self._http = http
        self._login = login
        self._pace = pace
        self.sandbox = sandbox
        self.home = home
        self.responses: list[CrmResponse] = []

    def begin(self) -> None:
        """Forget the answers of the rule before."""
        self.responses.clear()

    def need_sandbox(self) -> None:
        """Stop a rule that writes where that is not allowed.

        Raises:
            NotTestedError: The run may not write.
        """
        if not self.sandbox.is_open:
            raise NotTestedError("it writes, and this run is read-only (--sandbox opens it)")

    @property
    def last_response(self) -> CrmResponse | None:
        """The answer that came last."""
        return self.responses[-1] if self.responses else None

    def count_new_responses(self) -> int:
        """Tell how many requests were answered since `begin`."""
        return len(self.responses)

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        *,
        raw_query: str = "",
        raw_body: bytes | None = None,
        media_type: str = "application/json",
        login: LoginName | Login = "account",
    ) -> CrmResponse:
        """Send one request and return its answer, whatever that is.

        Args:
            method: HTTP method.
            path: Path from the CRM's root.
            query: Decoded names and values.
            body: Sent as JSON; None sends none.
            raw_query: Sent in place of `query` as it stands, already encoded.
            raw_body: Sent in place of `body` as it stands.
            media_type: The body's.
            login: The account's, none, one with a wrong secret, or this one.
        """
        content = raw_body if raw_body is not None else None if body is None else json.dumps(body).encode()
        request = self._http.build_request(
            method,
            f"{path}?{raw_query}" if raw_query else path,
            params=query or None,
            content=content,
            headers={} if content is None else {"Content-Type": media_type},
        )
        chosen = self._find_login(login) if isinstance(login, str) else login
        return self._send_in_time(request, httpx.BasicAuth(*chosen) if chosen else None)

    def _find_login(self, name: LoginName) -> Login | None:
        username, secret = self._login
        logins: dict[str, Login | None] = {"account": self._login, "none": None, "wrong": (username, f"not-{secret}")}
        return logins[name]

    def _send_in_time(self, request: httpx.Request, auth: httpx.Auth | None) -> CrmResponse:
        """Send a request when its time has come, and again where that was too soon."""
        waited = 0.0
        while True:
            self._pace.wait()
            response = CrmResponse(self._http.send(request, auth=auth))
            self.responses.append(response)
            if response.status != TOO_MANY_REQUESTS or waited > LONGEST_WAIT_S:
                return response
            waited += self._pace.wait_longer(response.http)

    def list_near_logins(self, *others: Login) -> list[tuple[str, Login]]:
        """Return logins that are not quite the account's, and how each differs, in words without a secret.

        Args:
            *others: Further logins that the target is known to have.
        """
        known = (self._login, *others)
        near = [
            case
            for username, secret in known
            for case in (
                ("another user", (f"{username}0", secret)),
                ("the beginning of the secret", (username, secret[:-1])),
                ("more behind the secret", (username, f"{secret}0")),
                ("the secret in another letter case", (username, secret.swapcase())),
            )
        ]
        return [(how, login) for how, login in near if login not in known]

    def get(self, path: str, **query: str) -> CrmResponse:
        """GET, and demand 200.

        Raises:
            BrokenError: It is another status.
        """
        response = self.send("GET", path, query)
        if response.status != 200:
            raise BrokenError("status 200", response.describe(), response)
        return response
