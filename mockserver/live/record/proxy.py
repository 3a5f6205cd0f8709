"""The proxy's web application: passes a request on, hands the response back untouched, and has it recorded.

A login that the caller sends goes on to the account and nowhere else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mockserver.http.asgi import parse_query
from mockserver.live.http import AccountClient, Notify, UnreachableError
from mockserver.live.record.fixture_file import NotRecordedError, Recorder
from mockserver.live.record.guard import WRITING_METHODS, Refusal, check_caller, check_request, find_crm
from mockserver.live.record.interaction import Interaction

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PASSED_ON = ("authorization", "accept", "content-type")
_HANDED_BACK = ("content-type", "www-authenticate", "retry-after", "allow")


@dataclass(frozen=True, slots=True)
class Recording:
    """One account that is recorded."""

    client: AccountClient
    recorder: Recorder


class RecordingProxy:
    """Passes requests on, those that change the account only if `allows_writes`, and records them by CRM."""

    def __init__(self, recordings: Mapping[str, Recording], *, allows_writes: bool, notify: Notify) -> None:
        self._recordings = recordings
        self._allows_writes = allows_writes
        self._notify = notify

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        path: str = request.scope["path"]
        refusal = check_caller(request.headers) or check_request(
            request.method, path, allows_writes=self._allows_writes
        )
        if refusal is not None:
            return self._refuse(request.method, refusal)
        entry = find_crm(path)
        assert entry is not None, "check_request has refused all other paths"
        if entry.name not in self._recordings:
            message = f"Not sent: {entry.title} is not recorded here; see --crm."
            return self._refuse(request.method, Refusal(404, message))
        return await self._pass_on(request, self._recordings[entry.name])

    def _refuse(self, method: str, refusal: Refusal) -> Response:
        self._notify(f"{method} refused with {refusal.status}. {refusal.message}")
        allowed = ["GET", *(WRITING_METHODS if self._allows_writes else ())]
        headers = {"Allow": ", ".join(allowed)} if refusal.status == 405 else None
        return PlainTextResponse(f"crm-mock record: {refusal.message}\n", refusal.status, headers)

    async def _pass_on(self, request: Request, recording: Recording) -> Response:
        body = await request.body()
        query: bytes = request.scope["query_string"]
        target = request.scope["raw_path"] + (b"?" + query if query else b"")
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        try:
            received = await recording.client.send(request.method, target, headers=headers, body=body)
        except UnreachableError as error:
            self._notify(f"{request.method}: {error}")
            return PlainTextResponse(f"crm-mock record: {error}\n", 502)
        self._record(
            recording,
            Interaction(
                method=request.method,
                path=request.scope["path"],
                query=parse_query(query) if query else [],
                body=body,
                status=received.status_code,
                content_type=received.headers.get("content-type", ""),
                response_body=received.content,
                has_login="authorization" in request.headers or recording.client.account.login is not None,
            ),
        )
        kept = {name: received.headers[name] for name in _HANDED_BACK if name in received.headers}
        return Response(received.content, received.status_code, kept)

    def _record(self, recording: Recording, seen: Interaction) -> None:
        """Write down an interaction and say so, without a word of what it held."""
        try:
            outcome = recording.recorder.write(seen)
        except NotRecordedError as error:
            outcome = f"not recorded: {error}"
        except OSError as error:
            outcome = f"not recorded: the file cannot be written ({error.strerror or type(error).__name__})"
        if 300 <= seen.status < 400:
            outcome += "; redirects are not followed: check the address of the account"
        self._notify(f"{recording.client.account.title}: {seen.method} answered {seen.status}, {outcome}")


def build_app(
    proxy: RecordingProxy, connections: AbstractAsyncContextManager[object], started: Callable[[], None]
) -> Starlette:
    """Return the application, which holds `connections` open, and calls `started` once it accepts requests."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with connections:
            started()
            yield

    return Starlette(routes=[Route("/{path:path}", proxy.answer, methods=list(_METHODS))], lifespan=lifespan)
