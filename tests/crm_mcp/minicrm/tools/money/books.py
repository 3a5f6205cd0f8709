"""The books of a small account: invoices that are issued, paid and cancelled, and a client whose user replies."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from mcp import Client

from crm_mcp.registry import choose_toolsets, connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from tests.crm_mcp.safe_writes.playing import Era, User
from tests.support.crm_stub import API, CrmStub

TODAY = "2026-11-27"
NOW = f"{TODAY} 10:00:00"
ITEM = {"name": "Napelem", "quantity": 2, "unit": "db", "price": 10000, "vat": "27%"}
INVOICE: dict[str, Any] = {"customer_id": 2, "items": [ITEM], "idempotency_key": "order 7"}
Json = dict[str, Any]

_T = TypeVar("_T")


@dataclass
class Books:
    """What MiniCRM does with invoices.

    Attributes:
        loses: How the next writes fail, each with whether it was made all the same.
        when_written: Called once after the next write.
    """

    crm: CrmStub
    rows: dict[str, Json] = field(default_factory=dict[str, Json])
    details: dict[str, Json] = field(default_factory=dict[str, Json])
    loses: list[tuple[httpx.Response | Exception, bool]] = field(default_factory=list[Any])
    when_written: Callable[[], object] | None = None
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(41))

    def open(self) -> None:
        """Answer what concerns invoices."""
        self.crm.answer("POST /Api/Invoice", self._create)
        self.crm.answer("GET /Api/Invoice/List", self._list)
        self.crm.answer(
            f"GET {API}/Contact/2", {"Id": 2, "Type": "Business", "Name": "Alma Kft.", "VatNumber": "1-2-3"}
        )
        person = {"Id": 1, "Type": "Person", "FirstName": "Anna", "LastName": "Nagy", "BusinessId": 2}
        self.crm.answer(f"GET {API}/Contact/1", person)

    def issue(self, body: Json) -> str:
        """Issue an invoice, as a colleague would."""
        number = str(next(self.ids))
        items = body["Items"]
        net = sum(Decimal(one["PriceNet"]) * Decimal(one["Quantity"]) for one in items)
        gross = net * Decimal("1.27")
        head = {
            "Id": number,
            "Number": f"2026-T/{number}",
            "Type": body.get("Type", "Invoice"),
            "Paid": "",
            **{name: body.get(name, "") for name in ("Issued", "Performance", "Prompt", "CurrencyCode")},
            "AmountNet": f"{net:.4f}",
            "AmountVat": f"{gross - net:.4f}",
            "Amount": f"{gross:.4f}",
        }
        card = f"6{number}"
        self.rows[number] = {**head, "ProjectId": card, "StornedId": "", "Status": "Issued", "StatusGroup": "Open"}
        self.details[number] = {**head, "Customer": {"Name": "Alma Kft."}, "Items": []}
        self.crm.answer(f"GET /Api/Invoice/{number}", lambda _: httpx.Response(200, json=self.details[number]))
        self.crm.answer(f"POST /Api/Invoice/{number}/Paid", lambda _: self._write(lambda: self._pay(number)))
        self.crm.answer(f"POST /Api/Invoice/{number}/Storno", lambda _: self._write(lambda: self.cancel(number)))
        self.crm.answer(f"GET {API}/Project/{card}", {"Id": int(card), "ContactId": 2, "BusinessId": 2, "Name": "x"})
        return number

    def _pay(self, number: str) -> str:
        self.rows[number]["Paid"] = self.details[number]["Paid"] = TODAY
        return number

    def cancel(self, number: str) -> str:
        """Cancel an invoice; return the document that does."""
        copy = self.issue({**self.rows[number], "Items": [{"PriceNet": "20000", "Quantity": "1"}]})
        self.rows[copy]["StornedId"] = number
        return copy

    def _create(self, request: httpx.Request) -> httpx.Response:
        return self._write(lambda: self.issue(json.loads(request.content)))

    def _write(self, make: Callable[[], str]) -> httpx.Response:
        fault, is_made = self.loses.pop(0) if self.loses else (None, True)
        number = make() if is_made else ""
        if self.when_written is not None:
            self.when_written()
            self.when_written = None
        if isinstance(fault, Exception):
            raise fault
        return fault or httpx.Response(200, json=self.details[number])

    def _list(self, request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("Page", "0"))
        newest = dict(list(reversed(self.rows.items()))[page * 100 : page * 100 + 100])
        return httpx.Response(200, json={"Count": len(self.rows), "Results": newest or []})

    @property
    def written(self) -> list[str]:
        """Every request that writes."""
        return [path for path, _ in self.crm.written]


def play(
    scene: Callable[[Client], Awaitable[_T]], user: User | None, *, era: Era = "auto", toolsets: str = "default,money"
) -> _T:
    """Play some calls with one server, as one process of several where the store is a folder."""

    async def run() -> _T:
        pool, store = ConnectionPool(timeout_s=30), Store(os.environ["CRM_MCP_STORE"])
        chosen = choose_toolsets(toolsets)
        server = build_server(connect(pool, store), pool, store=store, toolsets=chosen)
        async with Client(server, mode=era, elicitation_callback=user) as client:
            return await scene(client)

    return asyncio.run(run())
