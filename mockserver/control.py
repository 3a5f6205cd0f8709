"""The control endpoints under `/_control/`: what a test does to the fake that no CRM lets it do.

Bodies are JSON, refusals are `{"error": "..."}`; the snapshot's body is opaque.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mockserver.asgi import HttpRequest
from mockserver.clock import parse_account_time
from mockserver.control_access import refuse_control
from mockserver.database import DatabaseError
from mockserver.exchange import ApiAnswer, SeedError
from mockserver.journal import MAX_ENTRIES
from mockserver.near_misses import suggest
from mockserver.seeds import parse_seed
from mockserver.strict_json import JsonError, as_object, name_type, parse_json
from mockserver.version import read_version
from mockserver.workspace import Workspace

PREFIX = "/_control/"


class ControlRequestError(Exception):
    """A control request cannot be carried out; the message says what to send instead."""


class Control:
    """Answers control requests on a workspace.

    Args:
        workspace: What is controlled.
        token: The bearer token demanded; empty opens the endpoints to loopback, and to nobody else.
    """

    def __init__(self, workspace: Workspace, token: str = "") -> None:
        self._workspace = workspace
        self._token = token
        self._handlers: Mapping[str, Mapping[str, Callable[[HttpRequest], ApiAnswer]]] = {
            "health": {"GET": self._get_health},
            "reset": {"POST": self._reset},
            "seed": {"PUT": self._put_seed},
            "requests": {"GET": self._get_requests, "DELETE": self._delete_requests},
            "clock": {"GET": self._get_clock, "PUT": self._put_clock},
            "snapshot": {"GET": self._get_snapshot, "PUT": self._put_snapshot},
        }

    def describe_endpoints(self) -> list[tuple[str, list[str]]]:
        """Return each endpoint's path with its methods."""
        return [(PREFIX + name, list(methods)) for name, methods in self._handlers.items()]

    def is_open_to(self, request: HttpRequest) -> bool:
        """Tell whether the caller may use the control endpoints."""
        return refuse_control(request, self._token) is None

    def answer(self, request: HttpRequest) -> ApiAnswer:
        """Answer a request below `/_control/`."""
        refusal = refuse_control(request, self._token)
        if refusal is not None:
            return refusal
        name = request.path.removeprefix(PREFIX)
        methods = self._handlers.get(name)
        if methods is None:
            known = ", ".join(path for path, _ in self.describe_endpoints())
            return _refuse(404, f"There is no {request.path}.{suggest(name, self._handlers)} There are: {known}.")
        # A health check that only asks for the head is answered like the GET it stands for.
        handler = methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            allowed = ", ".join(methods)
            refusal = _refuse(405, f"{request.path} takes {allowed}, not {request.method}.")
            return replace(refusal, headers={"Allow": allowed})
        try:
            return handler(request)
        except (ControlRequestError, SeedError, DatabaseError) as error:
            return _refuse(400, str(error))

    def _get_health(self, _request: HttpRequest) -> ApiAnswer:
        profile = self._workspace.profile
        return ApiAnswer.of_json(
            {
                "status": "ok",
                "version": read_version(),
                "profile": profile.name,
                "language": profile.language,
                "counts": self._workspace.count_rows(),
                "deviations": [
                    {
                        "name": deviation.name,
                        "crm": deviation.crm,
                        "provenance": deviation.provenance,
                        "documented": deviation.documented,
                        "observed": deviation.observed,
                        "on": profile.observes(deviation),
                    }
                    for crm in self._workspace.crms.values()
                    for deviation in crm.list_deviations()
                ],
            }
        )

    def _reset(self, _request: HttpRequest) -> ApiAnswer:
        self._workspace.reset()
        return self._tell_counts()

    def _put_seed(self, request: HttpRequest) -> ApiAnswer:
        self._workspace.load(parse_seed(request.body, "the body"))
        return self._tell_counts()

    def _get_requests(self, request: HttpRequest) -> ApiAnswer:
        text = dict(request.query).get("limit", str(MAX_ENTRIES))
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ControlRequestError(f"limit must be a whole number from 0 on, not {text!r}.")
        return ApiAnswer.of_json(self._workspace.journal.list_entries(int(text)))

    def _delete_requests(self, _request: HttpRequest) -> ApiAnswer:
        return ApiAnswer.of_json({"status": "ok", "deleted": self._workspace.journal.clear()})

    def _get_clock(self, _request: HttpRequest) -> ApiAnswer:
        clock = self._workspace.clock
        return ApiAnswer.of_json({"now": clock.now().isoformat(), "frozen": clock.is_frozen})

    def _put_clock(self, request: HttpRequest) -> ApiAnswer:
        wanted = _read_object(request.body)
        for key in wanted:
            if key not in {"now", "frozen"}:
                raise ControlRequestError(
                    f"{key}: no such key; a clock has now, frozen.{suggest(key, ['now', 'frozen'])}"
                )
        frozen = wanted.get("frozen", "now" in wanted)
        if not isinstance(frozen, bool):
            raise ControlRequestError(f"frozen: must be true or false, not {name_type(frozen)}.")
        self._set_clock(wanted.get("now"), frozen=frozen)
        return self._get_clock(request)

    def _set_clock(self, text: object, *, frozen: bool) -> None:
        clock = self._workspace.clock
        if text is None:
            if frozen:
                clock.freeze()
            else:
                clock.free()
            return
        try:
            moment = parse_account_time(text) if isinstance(text, str) else None
        except ValueError:
            moment = None
        if moment is None:
            raise ControlRequestError(
                f'now: must be an ISO date-time such as "2026-01-02T03:04:05", not {name_type(text)}.'
            )
        if frozen:
            clock.freeze(moment)
        else:
            clock.run_from(moment)

    def _get_snapshot(self, _request: HttpRequest) -> ApiAnswer:
        return ApiAnswer(200, self._workspace.dump_snapshot(), "application/octet-stream")

    def _put_snapshot(self, request: HttpRequest) -> ApiAnswer:
        self._workspace.restore_snapshot(request.body)
        return self._tell_counts()

    def _tell_counts(self) -> ApiAnswer:
        return ApiAnswer.of_json({"status": "ok", "counts": self._workspace.count_rows()})


def _refuse(status: int, message: str) -> ApiAnswer:
    return ApiAnswer.of_json({"error": message}, status=status, reason=message)


def _read_object(body: bytes) -> dict[str, object]:
    try:
        value = parse_json(body)
    except JsonError as error:
        raise ControlRequestError(f"The body is {error}.") from error
    wanted = as_object(value)
    if wanted is None:
        raise ControlRequestError(f"The body must be a JSON object, not {name_type(value)}.")
    return wanted
