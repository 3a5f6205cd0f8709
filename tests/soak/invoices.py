"""Is an invoice ever issued twice, or without a yes? `python -m tests.soak.invoices [INVOICES]` tries and judges.

Assistants issue invoices through servers of one store, each under a key of its own, while three in ten of all requests
fail and servers are killed in the middle of calls. What failed is called again with the same key, and so is what
succeeded. In the end the fake's invoices are counted: each sum is one key's, so none may be there twice.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from mcp import Client, MCPError
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestFormParams, ElicitRequestParams, ElicitResult, TextContent

from mockserver.seeds.load import read_seed
from tests.soak.processes import FakeProcess, ServerProcess

INVOICES = 200
ASSISTANTS = 3
CUSTOMERS = tuple(range(5001, 5011))
"""Companies of the demo data."""
_FIRST_SUM = 10_000
_MOST_CALLS = 12
_COME_BACK_S = 62.0
"""What is unknown is asked for again after this time: a CRM may be at work on a request for a minute."""
_KILLED_OF = 12
_LOGIN = ("10001", "demo-api-key")
_GROSS = re.compile(r"gross ([\d ]+) HUF")


class Person:
    """Says yes to seven of ten questions, and remembers to which sums."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # a play
        self.agreed: Counter[int] = Counter()
        self.asked = 0

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Answer one question."""
        del context
        assert isinstance(params, ElicitRequestFormParams)
        match = _GROSS.search(params.message)
        assert match, params.message
        self.asked += 1
        if self._random.random() >= 0.7:
            return ElicitResult(action="decline")
        self.agreed[int(match[1].replace(" ", ""))] += 1
        return ElicitResult(action="accept", content={"confirm": True})


@dataclass
class Told:
    """What the assistants were told.

    Attributes:
        ids: The invoice of each number that was told.
        open: The numbers of which nothing certain was told yet.
        contradictions: What was told in two ways.
    """

    ids: dict[int, str] = field(default_factory=dict[int, str])
    open: set[int] = field(default_factory=set[int])
    contradictions: list[str] = field(default_factory=list[str])
    calls: int = 0
    kills: int = 0

    def take(self, number: int, invoice_id: str) -> None:
        """Take what a call returned for a number."""
        if self.ids.setdefault(number, invoice_id) != invoice_id:
            self.contradictions.append(f"{number} was told as {self.ids[number]} and as {invoice_id}")
        self.open.discard(number)


@dataclass
class Assistant:
    """One that issues its share of the invoices."""

    fake: FakeProcess
    server: ServerProcess
    person: Person
    told: Told
    random: random.Random
    kills: bool

    async def issue_all(self, numbers: Sequence[int]) -> None:
        """Issue these, a few with each server, the open ones again in the end."""
        left = list(numbers)
        self.told.open.update(left)
        rounds = 0
        while left and rounds < 3:
            await self._go_through(left)
            left = [number for number in left if number in self.told.open]
            rounds += 1
            if left and rounds < 3:
                await asyncio.sleep(_COME_BACK_S)

    async def _go_through(self, numbers: Sequence[int]) -> None:
        waiting = list(numbers)
        calls: Counter[int] = Counter()
        while waiting:
            try:
                async with self.server.running(self.fake.url, self.person) as client:
                    for _ in range(5):
                        if not waiting:
                            break
                        number = waiting.pop(0)
                        calls[number] += 1
                        if not await self._call(client, number) and calls[number] < _MOST_CALLS:
                            waiting.append(number)
            except (MCPError, OSError, ExceptionGroup, httpx.HTTPError):  # the server was killed
                continue

    async def _call(self, client: Client, number: int) -> bool:
        """Issue an invoice, and again with the same key; tell whether it is told for certain."""
        if self.kills and self.random.randrange(_KILLED_OF) == 0:
            asyncio.get_running_loop().call_later(self.random.uniform(0.05, 0.8), self._kill)
        for _ in range(2):
            self.told.calls += 1
            result = await client.call_tool("create_invoice", arguments_of(number))
            assert isinstance(result, CallToolResult)
            if result.is_error:
                return False
            found: dict[str, Any] = json.loads(next(one.text for one in result.content if isinstance(one, TextContent)))
            if "id" not in found:
                return False
            self.told.take(number, str(found["id"]))
        return True

    def _kill(self) -> None:
        self.told.kills += self.server.kill()


def sum_of(number: int) -> int:
    """Return the sum of an invoice, which no other has."""
    return _FIRST_SUM + number


def arguments_of(number: int) -> dict[str, Any]:
    """Return the arguments by which an invoice is issued, always the same."""
    return {
        "customer_id": CUSTOMERS[number % len(CUSTOMERS)],
        "items": [{"name": f"Work {number}", "quantity": 1, "price": sum_of(number), "vat": "0%"}],
        "idempotency_key": f"order {number}",
    }


@dataclass(frozen=True)
class Verdict:
    """What the fake holds in the end, beside what was told and agreed to."""

    twice: list[int]
    without_yes: list[int]
    told_wrong: list[str]
    untold: list[int]
    open: list[int]

    @property
    def is_good(self) -> bool:
        """Whether nothing was issued twice, unasked or unheard."""
        return not (self.twice or self.without_yes or self.told_wrong or self.untold)


async def judge(fake: FakeProcess, told: Told, people: Sequence[Person], before: set[str]) -> Verdict:
    """Read the invoices of the fake, and compare them with what was told and agreed to."""
    await fake.control("DELETE", "faults")
    rows = {key: row for key, row in (await read_invoices(fake.url)).items() if key not in before}
    return judge_rows(rows, told, people)


def judge_rows(rows: Mapping[str, Any], told: Told, people: Sequence[Person]) -> Verdict:
    """Compare the rows of new invoices with what was told and agreed to."""
    issued: dict[int, list[str]] = {}
    for key, row in rows.items():
        issued.setdefault(round(float(row["Amount"])) - _FIRST_SUM, []).append(key)
    agreed = sum((person.agreed for person in people), Counter[int]())
    return Verdict(
        twice=[number for number, ids in issued.items() if len(ids) > 1],
        without_yes=[number for number in issued if not agreed[sum_of(number)]],
        told_wrong=[
            *told.contradictions,
            *(f"{number} as {one}" for number, one in told.ids.items() if one not in issued.get(number, [])),
        ],
        untold=[number for number in issued if number not in told.ids and number not in told.open],
        open=sorted(told.open),
    )


async def read_invoices(url: str) -> dict[str, Any]:
    """Return the rows of all invoices, past the server."""
    rows: dict[str, Any] = {}
    async with httpx.AsyncClient(trust_env=False, auth=_LOGIN, timeout=60) as client:
        for page in range(100):
            response = await client.get(f"{url}/Api/Invoice/List", params={"Page": page})
            found: Any = response.raise_for_status().json()["Results"]
            rows |= found or {}
            if len(found) < 100:
                break
    return rows


async def play(folder: Path, invoices: int, *, faults: list[dict[str, Any]] | None, seed: int, kills: bool) -> str:
    """Issue invoices, and return what came of it in words.

    Raises:
        AssertionError: One was issued twice or without a yes, or something was told that is not so.
    """
    (folder / "seed.json").write_text(json.dumps(read_seed("demo")), encoding="utf-8")
    fake = FakeProcess(folder, seed)
    began_s = time.monotonic()
    await fake.start()
    try:
        await fake.control("DELETE", "faults")
        before = set(await read_invoices(fake.url))
        if faults is None:
            await fake.put_faults()
        else:
            await fake.control("PUT", "faults", {"seed": seed, "rules": faults})
        told = Told()
        people = [Person(seed + number) for number in range(ASSISTANTS)]
        settings = {"CRM_MCP_TOOLSETS": "money", "CRM_MCP_UNCONFIRMED_WRITES": "1"}
        assistants = [
            Assistant(
                fake,
                ServerProcess(at, folder, folder / "store", "legacy" if at % 2 else "auto", settings=settings),
                person,
                told,
                random.Random(seed + at),  # noqa: S311
                kills,
            )
            for at, person in enumerate(people)
        ]
        shares = [range(at, invoices, ASSISTANTS) for at in range(ASSISTANTS)]
        await asyncio.gather(*(one.issue_all(share) for one, share in zip(assistants, shares, strict=True)))
        verdict = await judge(fake, told, people, before)
    finally:
        await fake.kill()
    assert verdict.is_good, verdict
    agreed, asked = sum(person.agreed.total() for person in people), sum(person.asked for person in people)
    return (
        f"{invoices} invoices asked for in {told.calls} calls, {told.kills} servers killed: {len(told.ids)} issued, "
        f"each once and after a yes ({agreed} of {asked} questions), {len(verdict.open)} left open, "
        f"{time.monotonic() - began_s:.0f} s"
    )


def main() -> None:
    """Play it and print what came of it."""
    invoices = int(sys.argv[1]) if len(sys.argv) > 1 else INVOICES
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(play(Path(folder), invoices, faults=None, seed=7, kills=True)))


if __name__ == "__main__":
    main()
