"""The world a task is played in: a workspace of the fake with the demo data, at a morning that never changes."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from evaluation.checks import answer_faults, state_faults
from evaluation.task import StateCheck, Task
from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake

NOW = "2026-11-23T09:00:00"
"""A Monday morning in Budapest; the demo data has something overdue, due and stale on it."""
ME = "Nagy Eszter"


@dataclass(frozen=True, slots=True)
class World:
    """One task's own copy of the data."""

    task: Task
    fake: CrmFake

    @property
    def account(self) -> dict[str, str]:
        """What a `crm-mcp` needs to be told to work in this world."""
        switches = {"CRM_MCP_READ_ONLY": "", "CRM_MCP_UNCONFIRMED_WRITES": "", "CRM_MCP_STORE": "memory"}
        switches |= {"CRM_MCP_SETTINGS": "off", "CRM_MCP_TOOLSETS": self.task.toolsets}
        return {**self.fake.env, **switches, "MINICRM_USER": ME, "MINICRM_NOW": NOW}

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a `crm-mcp` that works in this world, and in no other."""
        others = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("IVINEX_", "MINICRM_", "CRM_MCP_"))
        }
        return {**others, **self.account}

    def faults(self, answer: str) -> list[str]:
        """List everything that is not as the task expects it after the agent's last words."""
        found = answer_faults(answer, self.task.answer)
        for check in self.task.state:
            found += [f"{check.get}: {fault}" for fault in state_faults(check.expect, self._get(check))]
        least, most = self.task.writes
        writes = len([one for one in self.fake.requests() if one["method"] != "GET" and one["status"] < 300])
        if not least <= writes <= most:
            found.append(f"the CRMs took {writes} writing requests, not {least} to {most}")
        return found

    def _get(self, check: StateCheck) -> Any:  # noqa: ANN401  # any JSON
        auth = self.fake.ivinex if check.crm == "ivinex" else self.fake.minicrm
        answer = httpx.get(self.fake.url + check.get, auth=auth, trust_env=False, timeout=20)
        return answer.json() if answer.is_success else {"refused": answer.text}


@contextmanager
def new_world(server: FakeServer, task: Task) -> Generator[World]:
    """Make the data of one task, and drop it afterwards."""
    with server.new_workspace(seed="demo", name=task.id) as fake:
        fake.clock(NOW, frozen=True)
        yield World(task, fake)
