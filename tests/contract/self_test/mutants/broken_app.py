"""The bundled fake with a fault in front of one CRM: requests go in and responses come out through it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.registry import CRMS
from mockserver.server.app import MAX_CONTROL_BODY_BYTES, MockApp
from mockserver.workspaces.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest, Receive, Scope, Send
    from tests.contract.self_test.mutants.mutant import Mutant

_ROOTS = {entry.name: entry.roots for entry in CRMS}
_SEED = "/_control/seed"
_SNAPSHOT = "/_control/snapshot"


class FaultError(Exception):
    """A fault does not work: a rule that fails by it proves nothing."""


class BrokenApp(MockApp):
    """The fake with one fault, or with none."""

    def __init__(self, seed: Mapping[str, object], mutant: Mutant | None = None, *, seed_name: str = "") -> None:
        super().__init__(Workspace(seed), seed_name=seed_name)
        self._mutant = mutant
        self._roots = _ROOTS[mutant.crm] if mutant else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if self._mutant and self._mutant.decode and scope.get("path", "").startswith(self._roots):
            scope = {**scope, "query_string": self._mutant.decode(scope["query_string"])}
        await super().__call__(scope, receive, send)

    def limit_body(self, head: HttpRequest) -> int:  # noqa: ARG002
        """Let everybody send a body: a fault may let in whom the fake would not."""
        return MAX_CONTROL_BODY_BYTES

    def respond(self, request: HttpRequest) -> ApiResponse:
        """Answer one request, by way of the fault where it is for the mutant's CRM."""
        if self._mutant is None or not request.path.startswith(self._roots):
            return super().respond(request)
        try:
            return self._mutant.fault(super().respond, request)
        except Exception as error:
            raise FaultError(f"the fault of {self._mutant.id} failed on {request.method} {request.path}") from error


class QuickSeedApp(BrokenApp):
    """A broken fake that loads a seed which any of them loaded before from its snapshot, which is much faster."""

    _snapshots: dict[bytes, bytes] = {}  # noqa: RUF012 - shared on purpose

    def respond(self, request: HttpRequest) -> ApiResponse:
        """Answer one request."""
        if request.path != _SEED:
            return super().respond(request)
        snapshot = self._snapshots.get(request.body)
        if snapshot is not None:
            return super().respond(replace(request, path=_SNAPSHOT, body=snapshot))
        response = super().respond(request)
        if response.status == 200:
            taken = super().respond(replace(request, method="GET", path=_SNAPSHOT, body=b""))
            self._snapshots[request.body] = taken.body
        return response
