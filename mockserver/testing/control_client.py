"""Calls the control endpoints of a fake: over a socket with nothing but the standard library, or in this process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol, cast

# pytest shows the line of the test that was refused, not this file.
__tracebackhide__ = True

CONTROL_TIMEOUT_S = 60.0


class ControlError(Exception):
    """The fake refused a control request, or could not be reached; the message is its own explanation."""


class ControlClient(Protocol):
    """Calls a fake's control endpoints."""

    @property
    def url(self) -> str:
        """Where the fake answers, without a slash at the end."""
        ...

    def call(self, method: str, name: str, query: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        """Return the body of the answer to one control request.

        Args:
            method: The HTTP method.
            name: What stands behind `/_control/`, such as `seed`.
            query: Parameters; empty values are left out.
            body: The raw body.

        Raises:
            ControlError: The fake refused it.
        """
        ...


class HttpControlClient:
    """Calls the control endpoints of a fake that listens at an address; it passes by all proxies.

    Args:
        url: Where the fake listens, such as `http://127.0.0.1:8080`.
        token: The bearer token that its control endpoints demand; empty sends none.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/")
        self._token = token

    @property
    def url(self) -> str:
        """Where the fake listens."""
        return self._url

    def call(self, method: str, name: str, query: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        """Send one control request; `ControlClient.call` says what it means."""
        import urllib.error
        import urllib.parse
        import urllib.request  # slow to import; a test run that uses no fake must not pay for it

        parameters = urllib.parse.urlencode({key: value for key, value in (query or {}).items() if value})
        address = f"{self._url}/_control/{name}{'?' if parameters else ''}{parameters}"
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers["Content-Type"] = "application/json"
        request = urllib.request.Request(address, body or None, headers, method=method)  # noqa: S310 - the given fake's
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=CONTROL_TIMEOUT_S) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ControlError(explain_refusal(method, name, error.code, error.read())) from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise ControlError(f"The fake at {self._url} cannot be reached: {reason}.") from error


def explain_refusal(method: str, name: str, status: int, body: bytes) -> str:
    """Return what a control endpoint says against a request, as one message."""
    text = body.decode(errors="replace").strip()
    try:
        answer: object = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        text = str(cast("dict[str, object]", answer).get("error", text))
    return f"{method} /_control/{name} was refused with {status}: {text}"
