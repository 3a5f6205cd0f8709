"""Which writes a run may send: none, unless it says where, with what name, how many and what becomes of it.

The guard stands in the transport, below the client: what the sandbox does not permit is refused before a socket is
opened. What was made is cleaned up in reverse order; what no document lets anybody delete is listed as left over.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# MiniCRM purges people and deletes items of orders by GET and fetches feeds so; clients move orders so (all observed).
_CHANGING_GET = re.compile(r"/purge|/SyncFeed|/Signup|/CallLog|/(?:Invoice|Offer|Order)/+[^/]+/+[^/]", re.IGNORECASE)
_NAMES = {
    "project": ("Name",),
    "contact": ("Name", "LastName", "FirstName"),
    "todo": ("Comment",),
    "address": ("Name",),
}
_LEFT = {
    "contact": "MiniCRM documents no way to trash a contact",
    "address": "MiniCRM documents no way to delete an address",
    "record": "Ivinex documents no delete",
}


_NOT_UNDONE = "the account refused to take it back"


def changes(method: str, path: str) -> bool:
    """Tell whether a request changes an account, or might."""
    return method not in SAFE_METHODS or _CHANGING_GET.search(path) is not None


class WriteRefusedError(Exception):
    """The guard refused a request before it was sent; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """Something that a run made: its kind (`project`, `contact`, `todo`, `address`, `record`), module and id."""

    kind: str
    id: str
    module: str = ""

    def describe(self) -> str:
        """Name it."""
        return f"{self.kind} {self.id}{f' of module {self.module}' if self.module else ''}"


@dataclass(slots=True)
class Sandbox:
    """The permission to write, and the account of what was written.

    Attributes:
        is_home: The data is the suite's own: everything is permitted and nothing needs cleaning up.
        places: What may be written: `minicrm.module`, `minicrm.contact`, `ivinex.module` and their ids.
        prefix: What every name that is made begins with.
        budget: How many writes may be sent, clean-up aside.
        accepts_leftovers: Whether things may be made that no document lets anybody delete.
    """

    is_home: bool = False
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    prefix: str = "contract-"
    budget: int = 0
    accepts_leftovers: bool = False
    made: list[Made] = field(default_factory=list[Made])
    left: list[Made] = field(default_factory=list[Made])
    used: int = 0
    _is_cleaning: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anything may be written at all."""
        return self.is_home or bool(self.places)

    def permit(self, request: httpx.Request) -> None:
        """Let a request pass.

        Raises:
            WriteRefusedError: It writes, and the sandbox does not have it.
        """
        path = request.url.path
        if not changes(request.method, path):
            return
        if self.is_home:
            return
        if not self.places:
            raise WriteRefusedError(f"{request.method} {path} writes, and this run is read-only (--sandbox opens it)")
        why = self._find_objection(request.method, path, _read_json(request.content))
        if why:
            raise WriteRefusedError(f"{request.method} {path} was held back: {why}")
        if not self._is_cleaning:
            if self.used >= self.budget:
                raise WriteRefusedError(f"the budget of {self.budget} writes is used up (--write-budget)")
            self.used += 1

    def note(self, request: httpx.Request, response: httpx.Response) -> None:
        """Remember what a write made."""
        if request.method in SAFE_METHODS or self.is_home or not response.is_success:
            return
        for made in _list_made(request, response):
            if made not in self.made and made not in self.left:
                self.made.append(made)

    def clean_up(self, put: Callable[[str, object], bool]) -> None:
        """Undo what was made, the last first; what that fails for is left over.

        Args:
            put: Puts a JSON body at a path of MiniCRM, and tells whether that went well.
        """
        self._is_cleaning = True
        try:
            while self.made:
                made = self.made.pop()
                # A task goes with its project, which is always of this run's making.
                is_undone = made.kind == "todo" or (made.kind == "project" and put(_trash(made), {"Deleted": 1}))
                if not is_undone:
                    self.left.append(made)
        finally:
            self._is_cleaning = False

    def describe_leftovers(self) -> list[str]:
        """Say what is left in the account and why, one line a thing."""
        return [f"{made.describe()}: {_LEFT.get(made.kind, _NOT_UNDONE)}" for made in self.left]

    def _find_objection(self, method: str, path: str, body: object) -> str:
        if path.lower().endswith("/api/records.php"):
            return self._object_to_records(method, body)
        match = re.fullmatch(r".*/Api/R3/(Project|Contact|ToDo|Address)(?:/(\d+))?/?", path)
        if match is None or method != "PUT" or not isinstance(body, dict):
            return (
                "a sandbox lets through nothing but a PUT of a JSON object that creates, or updates what was made here"
            )
        kind, written_id = match[1].lower(), match[2]
        if written_id:
            return "" if Made(kind, written_id) in self.made or self._is_cleaning else "it is not of this run's making"
        return self._object_to_new(kind, cast("dict[str, object]", body))

    def _object_to_new(self, kind: str, body: Mapping[str, object]) -> str:
        if kind in _LEFT and not self.accepts_leftovers:
            return f"{_LEFT[kind]}; --accept-leftovers lets it stay"
        if not any(str(body.get(name, "")).startswith(self.prefix) for name in _NAMES[kind]):
            return f"its name does not begin with {self.prefix!r}"
        if kind == "project" and str(body.get("CategoryId")) != self.places.get("minicrm.module"):
            return f"module {body.get('CategoryId')} is not the sandbox's (minicrm.module)"
        if kind in {"project", "address"} and not self._owns_contact(str(body.get("ContactId"))):
            return f"contact {body.get('ContactId')} is not the sandbox's (minicrm.contact)"
        if kind == "todo" and Made("project", str(body.get("ProjectId"))) not in self.made:
            return f"project {body.get('ProjectId')} is not of this run's making"
        return ""

    def _owns_contact(self, contact_id: str) -> bool:
        return contact_id == self.places.get("minicrm.contact") or Made("contact", contact_id) in self.made

    def _object_to_records(self, method: str, body: object) -> str:
        records: Any = cast("dict[str, Any]", body).get("Records") if isinstance(body, dict) else None
        if method != "POST" or not isinstance(records, list) or not records:
            return "a sandbox lets through nothing but a POST of Records"
        if not self.accepts_leftovers:
            return f"{_LEFT['record']}; --accept-leftovers lets it stay"
        return next((why for each in cast("list[object]", records) if (why := self._object_to_record(each))), "")

    def _object_to_record(self, record: object) -> str:
        if not isinstance(record, dict):
            return "a record that is no object"
        fields = cast("dict[str, object]", record)
        module = str(fields.get("CollectionTypeID"))
        if module != self.places.get("ivinex.module"):
            return f"module {module} is not the sandbox's (ivinex.module)"
        if "CollectionID" in fields:
            is_own = Made("record", str(fields["CollectionID"]), module) in self.made
            return "" if is_own else "it is not of this run's making"
        if not any(isinstance(value, str) and value.startswith(self.prefix) for value in fields.values()):
            return f"no value of it begins with {self.prefix!r}"
        return ""


class WriteGuard(httpx.BaseTransport):
    """The transport that asks the sandbox before anything is sent.

    Args:
        inner: The transport that sends.
        sandbox: What may be sent.
    """

    def __init__(self, inner: httpx.BaseTransport, sandbox: Sandbox) -> None:
        self._inner = inner
        self._sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request that is permitted."""
        request.read()
        self._sandbox.permit(request)
        response = self._inner.handle_request(request)
        if request.method not in SAFE_METHODS:
            response.read()
            self._sandbox.note(request, response)
        return response

    def close(self) -> None:
        """Close the transport that sends."""
        self._inner.close()


def _trash(made: Made) -> str:
    return f"/Api/R3/Project/{made.id}"


def _read_json(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _list_made(request: httpx.Request, response: httpx.Response) -> list[Made]:
    answer, body = _read_json(response.content), _read_json(request.content)
    if isinstance(answer, dict):
        made_id: object = cast("dict[str, object]", answer).get("Id")
        kind = request.url.path.rstrip("/").rpartition("/")[2].lower()
        return [Made(kind, str(made_id))] if kind in _NAMES and made_id is not None else []
    if isinstance(answer, list) and isinstance(body, dict):
        results = cast("list[dict[str, Any]]", answer)
        sent = cast("list[dict[str, Any]]", cast("dict[str, Any]", body).get("Records", []))
        return [
            Made("record", str(result.get("CollectionID")), str(result.get("CollectionTypeID")))
            for result, record in zip(results, sent, strict=False)
            if "CollectionID" not in record and str(result.get("Status", "")).lower() == "success"
        ]
    return []
