"""Both CRMs as a stub: a small account that answers by hand-written JSON and remembers what it was asked."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx
from mcp import Client

from tests.support.mcp_play import assistant

URL = "https://crm.example"
API = "/Api/R3"
RECORDS = "/API/Records.php"

Json = dict[str, Any] | list[Any]
Answer = Json | Callable[[httpx.Request], httpx.Response]
"""A JSON value, or what makes an answer of the request."""
_T = TypeVar("_T")


def _find_by_id(request: httpx.Request) -> httpx.Response:
    """Answer a search for ids by records that hold nothing else, and any other search by none."""
    filters = json.loads(request.url.params.get("Filters", "[]"))
    asked = [one["Value"].split(",") for one in filters if (one["Field"], one["Operand"]) == ("collection_id", "In")]
    return httpx.Response(200, json={"Records": [{"collection_id": one} for ids in asked for one in ids]})


ACCOUNT: Mapping[str, Answer] = {
    f"GET {API}/Category": {"3": "Sales", "5": "Support"},
    f"GET {API}/Schema/Project/3": {
        "StatusId": {"2500": "New", "2509": "Won"},
        "UserId": {"1": "John Doe", "2": "Jane Roe"},
        "Text1": "Text(1024)",
        "Enum2": {"7": "Red", "8": "Blue"},
        "DateTime4": "DateTime",
    },
    f"GET {API}/Schema/Project/5": {"StatusId": {"2600": "Waiting"}, "UserId": {"1": "John Doe", "4": "Max Five"}},
    f"GET {API}/Schema/Person": {"FirstName": "Text(1024)", "Enum9": {"1": "Gold"}},
    f"GET {API}/Schema/Business": {"Name": "Text(1024)", "Enum8": {"4": "Steel"}},
    f"GET {API}/Project/7": {"Id": 7, "CategoryId": 3, "Name": "Card", "StatusId": "New", "UserId": "John Doe"},
    f"GET {API}/Contact/1": {"Id": 1, "Type": "Person", "FirstName": "Anna", "LastName": "Nagy"},
    f"GET {API}/Contact/7": {"Id": 7, "Type": "Person", "FirstName": "Bea", "LastName": "Kis"},
    f"GET {API}/Contact/2": {"Id": 2, "Type": "Business", "Name": "Firm"},
    f"GET {API}/Project": {"Count": 0, "Results": []},
    f"GET {API}/Contact": {"Count": 0, "Results": []},
    f"GET {API}/ToDoList/7": {"Count": 0, "Results": []},
    f"GET {API}/AddressList/1": {"Count": 0, "Results": []},
    f"GET {API}/AddressList/2": {"Count": 0, "Results": []},
    f"PUT {API}/Project": {"Id": 70},
    f"PUT {API}/Project/7": {"Id": 7},
    f"PUT {API}/Contact": {"Id": 20},
    f"PUT {API}/Contact/2": {"Id": 2},
    f"GET {API}/ToDo/9": {"Id": 9, "ProjectId": 7, "Comment": "Call", "Status": "Open", "UserId": "John Doe"},
    f"GET {API}/Address/6": {"Id": 6, "ContactId": 1, "Name": "Home", "City": "Pécs"},
    f"PUT {API}/ToDo": {"Id": 90},
    f"PUT {API}/ToDo/9": {"Id": 9},
    f"PUT {API}/Address": {"Id": 60},
    f"PUT {API}/Address/6": {"Id": 6},
    f"GET {RECORDS}": _find_by_id,
    f"POST {RECORDS}": [{"CollectionTypeID": 1002, "CollectionID": 55, "Status": "Success", "Message": ""}],
}
"""What the account answers, by method and path."""


class CrmStub:
    """Answers both APIs; what it answers to one method and path can be replaced."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = dict(ACCOUNT)
        self._seen: list[httpx.Request] = []
        self._in_flight = 0
        self.most_in_flight = 0
        self._held: Callable[[httpx.Request], bool] = lambda _: False
        self._released = asyncio.Event()

    def hold_back(self, which: Callable[[httpx.Request], bool] = lambda _: True) -> None:
        """Answer these requests, by default all, only once they are released."""
        self._held, self._released = which, asyncio.Event()

    def release(self) -> None:
        """Answer what is held back, and hold back nothing more."""
        self._held = lambda _: False
        self._released.set()

    def answer(self, call: str, answer: Answer) -> None:
        """Answer a call, such as `PUT /Api/R3/Project`, in another way from now on."""
        self._answers[call] = answer

    def answer_status(self, call: str, status: int, text: str = "") -> None:
        """Answer a call by a refusal."""
        self.answer(call, lambda _: httpx.Response(status, text=text))

    @property
    def calls(self) -> list[str]:
        """Every call so far as method and path, in order."""
        return [_call(request) for request in self._seen]

    @property
    def written(self) -> list[tuple[str, Any]]:
        """Every call that writes, as path and body."""
        return [(one.url.path, json.loads(one.content or "null")) for one in self._seen if one.method != "GET"]

    def query_of(self, call: str) -> dict[str, str]:
        """Return the query of the last of these calls."""
        return self.queries_of(call)[-1]

    def queries_of(self, call: str) -> list[dict[str, str]]:
        """Return the query of each of these calls, in order."""
        return [dict(one.url.params) for one in self._seen if _call(one) == call]

    @property
    def last_body(self) -> bytes:
        """The raw body of the last call."""
        return self._seen[-1].content

    async def respond(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, after others that are under way have had their turn."""
        self._seen.append(request)
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            await asyncio.sleep(0)
            if self._held(request):
                await self._released.wait()
        finally:
            self._in_flight -= 1
        answer = self._answers[_call(request)]
        return answer(request) if callable(answer) else httpx.Response(200, json=answer)


def _call(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path}"


def in_session(play: Callable[[Client], Awaitable[_T]], *, toolsets: str = "") -> _T:
    """Play some tool calls with one server on the CRMs that the environment names."""

    async def run() -> _T:
        async with assistant(toolsets=toolsets) as client:
            return await play(client)

    return asyncio.run(run())


def numbered_rows(key: str, count: int) -> Answer:
    """Answer a search as a CRM with so many records would, which are numbered from 1 under `key`."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        rows = [{key: number, "Name": f"n{number}"} for number in range(1, count + 1)]
        if key == "Id":
            start = int(asked.get("Page", "0")) * 100
            found = {str(row["Id"]): row for row in rows[start : start + 100]}
            return httpx.Response(200, json={"Count": count, "Results": found})
        start = int(asked.get("Offset", "0"))
        return httpx.Response(200, json={"Records": rows[start : start + int(asked.get("Limit", "10"))]})

    return answer


def counted_ids(first: int = 1000) -> Answer:
    """Answer each create with an id of its own, as a CRM does."""
    ids = itertools.count(first)
    return lambda _: httpx.Response(200, json={"Id": next(ids)})
