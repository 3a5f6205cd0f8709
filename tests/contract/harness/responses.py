"""One answer of a CRM, with the request that it answers, and both in words for whoever reads a failure."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.contract.harness.checks import BrokenError

if TYPE_CHECKING:
    import httpx

_MOST_SHOWN = 600


@dataclass(frozen=True, slots=True)
class CrmResponse:
    """A CRM's answer to one request."""

    http: httpx.Response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.http.status_code

    @property
    def text(self) -> str:
        """The body as text, which both documents have as UTF-8."""
        return self.http.content.decode("utf-8", errors="replace")

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.http.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            BrokenError: It is none.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            raise BrokenError("a body that is JSON", self.describe(), self) from None

    def describe(self) -> str:
        """Say what came: `200 application/json: {"Count":1}`."""
        shown = self.text if len(self.text) <= _MOST_SHOWN else f"{self.text[:_MOST_SHOWN]} ... ({len(self.text)} long)"
        return f"{self.status} {self.media_type or 'without a media type'}: {shown or '(nothing)'}"

    def curl(self) -> str:
        """Return the request as a command line, without the login."""
        request = self.http.request
        login = " -u LOGIN" if "Authorization" in request.headers else ""
        parts = [f"curl{login}"]
        if request.method != "GET":
            parts.append(f"-X {request.method}")
        if request.content:
            media_type = request.headers.get("Content-Type", "")
            parts += [f"-H {shlex.quote(f'Content-Type: {media_type}')}"] if media_type else []
            parts.append(f"-d {shlex.quote(request.content.decode(errors='replace'))}")
        return " ".join([*parts, shlex.quote(str(request.url))])
