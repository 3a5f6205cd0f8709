"""A person, a keychain and hosts for the dialogue of setup; the CRMs are the real fake over its socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from crm_mcp import languages
from crm_mcp.asking.asks import Asks, Check, Choice, Tone, anything
from crm_mcp.setup.connections import Connections
from crm_mcp.setup.dialogue import Dialogue, World, known_crms
from crm_mcp.setup.host_questions import OfferedHost, ToldHost
from crm_mcp.setup.keychain import KeychainError
from crm_mcp.setup.plan import Plan
from mockserver.fake_process import FakeServer
from mockserver.seeds.load import read_seed

SECRETS = ("demo-password", "demo-api-key")


class Person(Asks):
    """A person who gives each answer once, by the question's key; what is offered is taken where there is none.

    Attributes:
        said: All that was said and asked, choices and offers included.
        asked: The keys, in order.
    """

    def __init__(self, **answers: str | Sequence[str]) -> None:
        self._answers = {
            key.replace("__", "."): [value] if isinstance(value, str) else list(value) for key, value in answers.items()
        }
        self.said: list[str] = []
        self.asked: list[str] = []

    @property
    def heard(self) -> str:
        return "\n".join(self.said)

    def knows(self, key: str) -> bool:
        del key
        return False

    async def text(self, key: str, question: str, *, default: str = "", check: Check = anything) -> str:
        self.said.append(f"{question} [{default}]")
        while True:  # as a terminal does: a refused answer is explained, and the question stays
            answer = self._next(key, default)
            problem = check(answer)
            if not problem:
                return answer
            self.said.append(problem)

    async def secret(self, key: str, question: str, *, check: Check = anything) -> str:
        return await self.text(key, question, check=check)

    async def choose(self, key: str, question: str, choices: Sequence[Choice], *, default: str = "") -> str:
        self.said += [question, *(choice.label for choice in choices)]
        values = [choice.value for choice in choices]
        answer = self._next(key, default if default in values else values[0])
        assert answer in values, f"{key}: {answer!r} is not offered"
        return answer

    async def choose_some(
        self, key: str, question: str, choices: Sequence[Choice], *, ticked: Sequence[str] = ()
    ) -> list[str]:
        self.said += [question, *(choice.label for choice in choices)]
        return [one for one in self._next(key, ",".join(ticked)).split(",") if one]

    async def confirm(self, key: str, question: str, *, default: bool) -> bool:
        choices = [Choice("yes", ""), Choice("no", "")]
        return await self.choose(key, question, choices, default="yes" if default else "no") == "yes"

    def say(self, text: str, tone: Tone = "plain") -> None:
        del tone
        self.said.append(text)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        self.said += ["  ".join(row) for row in rows]

    def working(self, text: str) -> contextlib.AbstractContextManager[None]:
        del text
        return contextlib.nullcontext()

    def _next(self, key: str, default: str) -> str:
        self.asked.append(key)
        given = self._answers.get(key)
        if given is None:
            assert self.asked.count(key) < 9, f"{key} is asked again and again"
            return default
        if not given and default:
            return default
        assert given, f"{key} is asked once more than there are answers; heard: {self.said[-4:]}"
        answer = given.pop(0)
        if answer == "^C":
            raise KeyboardInterrupt
        return answer


@dataclass
class KeychainInMemory:
    """A keychain that works, unless `problem` says why not; `fails_at` names an entry that it refuses."""

    problem: str = ""
    fails_at: str = ""
    entries: dict[str, str] = field(default_factory=dict[str, str])

    def find_problem(self) -> str:
        return self.problem

    def read(self, entry: str) -> str:
        return self.entries.get(entry, "")

    def write(self, entry: str, secret: str) -> None:
        if entry == self.fails_at:
            raise KeychainError(f"The keychain refused {entry}.")
        self.entries[entry] = secret
        if not secret:
            del self.entries[entry]


@dataclass
class HostsInMemory:
    """Two hosts, one of which is there."""

    told: dict[str, Path] = field(default_factory=dict[str, Path])

    def hosts(self) -> Sequence[OfferedHost]:
        return [OfferedHost("editor", "The Editor", True), OfferedHost("desktop", "The Desktop", False)]

    def install(self, name: str, settings_file: Path) -> ToldHost:
        self.told[name] = settings_file
        return ToldHost([f"/{name}.json"], [f"Start {name} again."])


@dataclass
class Setup:
    """A machine on which setup runs; `url` is the fake's."""

    url: str
    path: Path
    keychain: KeychainInMemory = field(default_factory=KeychainInMemory)
    hosts: HostsInMemory = field(default_factory=HostsInMemory)
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    def dialogue(self, person: Asks, *, dry_run: bool = False) -> Dialogue:
        world = World(
            known_crms(), self.keychain, Connections(), self.hosts, variables=lambda: self.variables, dry_run=dry_run
        )
        return Dialogue(person, Plan(self.path), world)

    def run(self, person: Asks, *, language: str = "en", dry_run: bool = False) -> str:
        """Play the dialogue; return what the settings file says in the end."""
        asyncio.run(self.dialogue(person, dry_run=dry_run).run(language))
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    def minicrm(self, **answers: str | Sequence[str]) -> Person:
        """Return a person with the demo's MiniCRM account."""
        login = {"crm": "minicrm", "minicrm__url": self.url, "minicrm__system_id": "10001"}
        return Person(**{**login, "minicrm__api_key": "demo-api-key", **answers})

    def ivinex(self, **answers: str | Sequence[str]) -> Person:
        """Return a person with the demo's Ivinex account."""
        login = {"crm": "ivinex", "ivinex__url": self.url, "ivinex__username": "demo"}
        return Person(**{**login, "ivinex__password": "demo-password", **answers})


@pytest.fixture(scope="module")
def demo_fake(fake_server: FakeServer) -> str:
    """The URL of the fake with the demo's data."""
    httpx.put(f"{fake_server.url}/_control/seed", json=read_seed("demo"), trust_env=False).raise_for_status()
    return fake_server.url


@pytest.fixture
def machine(demo_fake: str, tmp_path: Path) -> Iterator[Setup]:
    yield Setup(demo_fake, tmp_path / "config" / "settings.toml")
    languages.use("en")
