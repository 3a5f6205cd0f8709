"""Two servers and a sync on one replica, killed while people edit: `python -m tests.soak.replica_kills`.

Statements are asked of both servers all the time; a killed process is started again at once. At the end one sync runs
undisturbed, and the copy must be as the fake is, column by column.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from mcp import Client, MCPError, StdioServerParameters

from crm_mcp.minicrm.connector import MinicrmConnector
from mockserver.fake_process import running_fake
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from tests.support.copied_account import list_differences, open_copy
from tests.support.database_of_the_fake import read_database
from tests.support.transports import quiet_environment
from tests.support.warm_commands import PID_FILE, WARM

STATEMENTS = (
    "select status, count(*), sum(int1201) from minicrm_projects_sales where deleted = 0 group by status",
    "select count(*) from minicrm_tasks where status = 'Open'",
    "select id, name, text1204 from minicrm_projects where user_id = 102 limit 20",
    "select type, count(*) from minicrm_contacts group by type",
    "select count(*) from changes",
)


@dataclass
class Run:
    """One run.

    Attributes:
        settings: Of every process.
        url: Where the fake is.
        seconds: How long it goes.
        pids: The processes that can be killed, by name.
        figures: What happened how often.
        problems: What a statement must never answer.
    """

    settings: Mapping[str, str]
    url: str
    seconds: float
    chance: random.Random
    pids: dict[str, int] = field(default_factory=dict[str, int])
    figures: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    async def repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do work again and again until the time is over, whatever becomes of it."""
        ends_at = asyncio.get_running_loop().time() + self.seconds
        while asyncio.get_running_loop().time() < ends_at:
            with contextlib.suppress(MCPError, OSError, TimeoutError, ExceptionGroup, httpx.HTTPError):
                async with asyncio.timeout_at(ends_at):
                    await work()

    async def ask(self, name: str, folder: Path) -> None:
        """Ask statements of a server until it is killed."""
        pid_file = folder / f"{name}.pid"
        pid_file.unlink(missing_ok=True)
        environment = quiet_environment(self.settings) | {PID_FILE: str(pid_file)}
        command = StdioServerParameters(command=str(WARM.path()), env=environment)
        async with Client(command) as client:
            self.pids[name] = int(pid_file.read_text())
            while True:
                async with asyncio.timeout(20):
                    result = await client.call_tool("query_crm", {"sql": self.chance.choice(STATEMENTS)})
                self.figures["statements that failed" if result.is_error else "statements"] += 1
                if result.is_error:
                    self.problems.append(str(result.content[0]))
                elif not dict(result.structured_content or {})["exact"]:
                    self.figures["of these not exact"] += 1

    async def sync(self) -> None:
        """Run a sync to its end, or until it is killed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "crm_mcp", "sync"),
            env=quiet_environment(self.settings),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.pids["sync"] = process.pid
        try:
            self.figures["syncs that ended" if await process.wait() == 0 else "syncs that did not"] += 1
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def edit(self) -> None:
        """Change something as people do in the CRM's page."""
        async with httpx.AsyncClient(trust_env=False) as client:
            card = self.chance.randrange(6001, 6061)
            values: list[dict[str, Any]] = [
                {"Name": f"Card {self.chance.random():.6f}"},
                {"Int1201": self.chance.randrange(1_000_000)},
                {"Deleted": self.chance.randrange(2)},
                {"StatusId": self.chance.choice([2101, 2102, 2103])},
            ]
            edit = {"crm": "minicrm", "kind": "project", "id": card, "set": self.chance.choice(values)}
            response = await client.post(f"{self.url}/_control/edits", json={"edits": [edit]})
        self.figures["edits" if response.is_success else "edits refused"] += 1
        await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Kill one of them."""
        await asyncio.sleep(self.chance.uniform(0.2, 1.2))
        name = self.chance.choice(["one", "two", "sync"])
        with contextlib.suppress(ProcessLookupError):
            if pid := self.pids.pop(name, 0):
                os.kill(pid, signal.SIGKILL)
                self.figures["kills"] += 1


async def play(seconds: float, records: int, seed: int) -> tuple[Run, list[str]]:
    """Run it, and return what happened and what differs at the end."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "seed.json").write_text(json.dumps(generate_seed(read_seed("demo"), records)))
        fake = stack.enter_context(running_fake("--seed", str(folder / "seed.json")))
        settings = {
            **MinicrmConnector.demo_environment(fake.url),
            "MINICRM_REQUESTS_PER_MINUTE": "0",
            "CRM_MCP_STORE": str(folder / "store"),
            "CRM_MCP_REPLICA": "on",
        }
        run = Run(settings, fake.url, seconds, random.Random(seed))  # noqa: S311 - it is to be foreseeable
        await asyncio.gather(
            *(run.repeat(lambda name=name: run.ask(name, folder)) for name in ("one", "two")),
            *(run.repeat(work) for work in (run.sync, run.edit, run.kill)),
        )
        run.seconds = 600
        before = run.figures["syncs that ended"]
        await run.sync()
        if run.figures["syncs that ended"] == before:
            return run, ["The last sync did not end well."]
        return run, await _compare(fake.url, settings)


async def _compare(url: str, settings: Mapping[str, str]) -> list[str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        snapshot = (await client.get(f"{url}/_control/snapshot")).content
    source = open_copy(settings)
    assert await source.facts.load()
    try:
        return await list_differences(source, read_database(snapshot))
    finally:
        await source.replica.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill what copies an account; 1 where the copy is not as it is.")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    run, differences = asyncio.run(play(given.seconds, given.records, given.seed))
    print(f"two servers and a sync, {given.seconds:g} s, {given.records} records: {dict(run.figures)}")
    for sentence in [*run.problems, *differences][:20]:
        print(f"  {sentence}")
    print(f"{len(run.problems)} statements failed, {len(differences)} differences")
    return 1 if run.problems or differences else 0


if __name__ == "__main__":
    sys.exit(main())
