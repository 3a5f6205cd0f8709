"""A thousand changes told by webhooks to a receiver that fails a third of the time: `python -m tests.soak.webhooks`.

The receiver stands before `crm-mcp serve --transport http` and hands on what it lets through. It fails before handing
on, after it, or by closing the connection. Each change must be delivered within its retries, or be named as given up,
and within two seconds of the last delivery the replica must be as the fake is, column by column, though no statement
was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from crm_mcp.minicrm.connector import MinicrmConnector
from crm_mcp.minicrm.replica.source import MinicrmSource
from mockserver.fake_process import running_fake
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from tests.support.copied_account import list_differences, open_copy
from tests.support.database_of_the_fake import read_database
from tests.support.transports import http_process, quiet_environment
from tests.support.webhook_receiver import receiving

LOGIN = "crm:a-made-up-word"
WITHIN_S = 2.0
_RETRIES_S = (10, 60, 300, 900, 1800, 3600)
_TRIED_WITHIN_S = 120.0


@dataclass
class Run:
    """One run: what was done and how often, and what must not be."""

    url: str
    chance: random.Random
    figures: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])
    equal_after_s: float = -1.0
    given_up: set[int] = field(default_factory=set[int])

    def make_changes(self, count: int) -> None:
        """Change cards and contacts as other programs and people do."""
        with httpx.Client(base_url=self.url, auth=("10001", "demo-api-key"), trust_env=False) as client:
            while self.figures["changes"] < count:
                if self._change(client):
                    self.figures["changes"] += 1

    def _change(self, client: httpx.Client) -> bool:
        """Make one change, and tell whether it was made."""
        choose, number = self.chance.choice, self.chance.random()
        card, contact = self.chance.randrange(6001, 6031), choose((5001, 5002, 5101, 5102, 5103))
        if number < 0.1:
            new = {"CategoryId": choose((11, 12)), "ContactId": 5101, "Name": f"New {number:.9f}"}
            return client.put("/Api/R3/Project", json=new).is_success
        if number < 0.15:
            person = {"Type": "Person", "FirstName": "Ada", "LastName": f"{number:.9f}", "Email": f"{number}@a.example"}
            return client.put("/Api/R3/Contact", json=person).is_success
        if number < 0.25:
            phone = {"Phone": f"+36 1 {self.chance.randrange(10**7)}", "Email": choose(("", "x@y.example"))}
            return client.put(f"/Api/R3/Contact/{contact}", json=phone).is_success
        if number < 0.5:
            values = choose(
                ({"Name": f"By hand {number:.9f}"}, {"CategoryId": choose((11, 12))}, {"ContactId": contact})
            )
            edit = {"crm": "minicrm", "kind": "project", "id": card, "set": values}
            return client.post("/_control/edits", json={"edits": [edit]}).is_success
        fields: Mapping[str, object] = choose(
            (
                {"Int1201": self.chance.randrange(10**6)},
                {"Enum1205": choose(("", "Website", "Trade fair"))},
                {"Deleted": self.chance.randrange(2)},
                {"StatusId": choose((2101, 2102, 2103, 2104, 2501, 2502))},
                {"Text1204": f"Text {number:.9f}", "UserId": choose((101, 102, 103))},
            )
        )
        return client.put(f"/Api/R3/Project/{card}", json=fields).is_success

    def fail_a_third(self, client: httpx.Client, address: str) -> Any:  # an `Answer`
        """Return an answer that hands on what it lets through."""

        def answer(body: Mapping[str, Any]) -> int:
            fault = self.chance.choice(("before", "after", "closed")) if self.chance.random() < 1 / 3 else ""
            if fault in ("before", "closed"):
                self.figures[f"failed: {fault}"] += 1
                return 500 if fault == "before" else 0
            status = client.post(address, json=body).status_code
            self.figures[f"server said {status}"] += 1
            if fault:
                self.figures["failed: after"] += 1
                return 502
            return status

        return answer

    async def end_retries(self) -> None:
        """Move the fake's clock over all retries, and look what became of each change."""
        async with httpx.AsyncClient(base_url=f"{self.url}/_control", trust_env=False, timeout=30) as client:
            await self._wait_until_tried(client)
            now = dt.datetime.fromisoformat((await client.get("/clock")).json()["now"])
            for seconds in _RETRIES_S:
                now += dt.timedelta(seconds=seconds)
                await client.put("/clock", json={"now": now.isoformat(), "frozen": True})
                await self._wait_until_tried(client)
            deliveries = (await client.get("/webhooks/deliveries")).json()
        self.figures |= Counter(each["state"] for each in deliveries)
        self.given_up = {each["record_id"] for each in deliveries if each["state"] == "given_up"}
        if len(deliveries) != self.figures["changes"]:
            self.problems.append(f"{self.figures['changes']} changes were made, {len(deliveries)} told")
        for each in deliveries:
            statuses = [one["status"] for one in each["tries"]]
            is_right = (
                statuses[-1] == 200 if each["state"] == "delivered" else len(statuses) == 7 and 200 not in statuses
            )
            if each["state"] not in ("delivered", "given_up") or not is_right:
                self.problems.append(f"change {each['id']} is {each['state']} after {statuses}")

    async def _wait_until_tried(self, client: httpx.AsyncClient) -> None:
        give_up_at = time.monotonic() + _TRIED_WITHIN_S
        while (await client.get("/webhooks/deliveries", params={"state": "due", "limit": 1})).json():
            assert time.monotonic() < give_up_at, "webhooks are not sent"
            await asyncio.sleep(0.02)

    async def compare(self, source: MinicrmSource) -> list[str]:
        """Compare until nothing differs, or the time is over; what was given up may differ."""
        began_s = time.monotonic()
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            original = read_database((await client.get(f"{self.url}/_control/snapshot")).content)
        while True:
            at_s = time.monotonic() - began_s
            differences = [
                one
                for one in await list_differences(source, original)
                if not any(f" {record_id}:" in one for record_id in self.given_up)
            ]
            if not differences:
                self.equal_after_s = at_s
            if not differences or at_s > WITHIN_S:
                return differences
            await asyncio.sleep(0.05)


def play(changes: int, records: int, seed: int, *options: str) -> tuple[Run, list[str]]:
    """Run it, and return what happened and what differs at the end; `options` are those of the fake."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "seed.json").write_text(json.dumps(generate_seed(read_seed("demo"), records)))
        fake = stack.enter_context(running_fake("--seed", str(folder / "seed.json"), *options))
        settings = {
            **MinicrmConnector.demo_environment(fake.url),
            "MINICRM_REQUESTS_PER_MINUTE": "0",
            "CRM_MCP_STORE": str(folder / "store"),
            "CRM_MCP_REPLICA": "on",
            "CRM_MCP_WEBHOOK_LOGIN": LOGIN,
        }
        subprocess.run(
            [sys.executable, "-m", "crm_mcp", "sync"], env=quiet_environment(settings), check=False, capture_output=True
        )
        _, url = stack.enter_context(http_process(settings, str(folder)))
        run = Run(fake.url, random.Random(seed))  # noqa: S311 - it is to be foreseeable
        user, _, password = LOGIN.partition(":")
        client = stack.enter_context(httpx.Client(auth=(user, password), trust_env=False))
        answer = run.fail_a_third(client, url.replace("/mcp", "/webhooks/minicrm"))
        receiver = stack.enter_context(receiving(answer))
        httpx.put(f"{fake.url}/_control/webhooks", json=[{"url": receiver.url}], trust_env=False).raise_for_status()
        run.make_changes(changes)
        return run, asyncio.run(_judge(run, settings))


async def _judge(run: Run, settings: Mapping[str, str]) -> list[str]:
    await run.end_retries()
    source = open_copy(settings)
    try:
        assert await source.facts.load()
        return await run.compare(source)
    finally:
        await source.replica.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Tell changes to a receiver that fails; 1 where any is lost.")
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    run, differences = play(given.changes, given.records, given.seed)
    print(f"{given.changes} changes, {given.records} records: {dict(run.figures)}")
    for sentence in [*run.problems, *differences][:20]:
        print(f"  {sentence}")
    equal = f"the same after {run.equal_after_s:.2f} s" if run.equal_after_s >= 0 else "not the same"
    print(f"{len(run.problems)} problems, {len(differences)} differences; the copy was {equal}")
    return 1 if run.problems or differences else 0


if __name__ == "__main__":
    sys.exit(main())
