"""The proxy's web application: one request in, the same to the account, its answer back untouched and to the recorder.

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
from mockserver.live.accounts import TITLES, CrmName
from mockserver.live.http import AccountLine, Say, UnreachableError
from mockserver.live.record.fixture_file import NotRecordedError, Recorder
from mockserver.live.record.guard import Refusal, check_caller, check_request, find_crm
from mockserver.live.record.interaction import Interaction

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PASSED_ON = ("authorization", "accept", "content-type")
_HANDED_BACK = ("content-type", "www-authenticate", "retry-after", "allow")


@dataclass(frozen=True, slots=True)
class Recording:
    """One account that is recorded: the way to it, and who writes down what it says."""

    line: AccountLine
    recorder: Recorder


class RecordingProxy:
    """Passes requests on and records them.

    Args:
        recordings: By CRM.
        allows_writes: Whether requests that change the account are passed on.
        say: Takes what the person at the terminal should know.
    """

    def __init__(self, recordings: Mapping[CrmName, Recording], *, allows_writes: bool, say: Say) -> None:
        self._recordings = recordings
        self._allows_writes = allows_writes
        self._say = say

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        path: str = request.scope["path"]
        refusal = check_caller(request.headers) or check_request(
            request.method, path, allows_writes=self._allows_writes
        )
        crm = find_crm(path)
        recording = self._recordings.get(crm) if crm else None
        if refusal is None and (crm is None or recording is None):
            refusal = Refusal(404, f"Not sent: {TITLES[crm] if crm else 'this path'} is not recorded here; see --crm.")
        if refusal is not None or recording is None:
            return self._refuse(request.method, refusal)
        return await self._pass_on(request, recording)

    def _refuse(self, method: str, refusal: Refusal | None) -> Response:
        assert refusal is not None
        self._say(f"{method} refused with {refusal.status}. {refusal.message}")
        headers = {"Allow": "GET, POST, PUT" if self._allows_writes else "GET"} if refusal.status == 405 else None
        return PlainTextResponse(f"crm-mock record: {refusal.message}\n", refusal.status, headers)

    async def _pass_on(self, request: Request, recording: Recording) -> Response:
        body = await request.body()
        query: bytes = request.scope["query_string"]
        target = request.scope["raw_path"] + (b"?" + query if query else b"")
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        try:
            answer = await recording.line.send(request.method, target, headers=headers, body=body)
        except UnreachableError as error:
            self._say(f"{request.method}: {error}")
            return PlainTextResponse(f"crm-mock record: {error}\n", 502)
        self._record(
            recording,
            Interaction(
                method=request.method,
                path=request.scope["path"],
                query=parse_query(query) if query else [],
                body=body,
                status=answer.status_code,
                content_type=answer.headers.get("content-type", ""),
                answer=answer.content,
                has_login="authorization" in request.headers or recording.line.account.login is not None,
            ),
        )
        kept = {name: answer.headers[name] for name in _HANDED_BACK if name in answer.headers}
        return Response(answer.content, answer.status_code, kept)

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
        self._say(f"{recording.line.account.title}: {seen.method} answered {seen.status}, {outcome}")


def build_app(
    proxy: RecordingProxy, connections: AbstractAsyncContextManager[object], started: Callable[[], None]
) -> Starlette:
    """Return the application.

    Args:
        proxy: What answers.
        connections: Held open for as long as it runs.
        started: Called once requests are accepted.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with connections:
            started()
            yield

    return Starlette(routes=[Route("/{path:path}", proxy.answer, methods=list(_METHODS))], lifespan=lifespan)
