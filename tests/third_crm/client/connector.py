"""Connects one People account to the server: settings, client and tools."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from crm_mcp.crm.operations import Sender
from crm_mcp.mcp.apps import ToolApp
from crm_mcp.mcp.connector import FieldDescription, Module, ModuleDescription, SearchExport
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.replica.source import Source
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.setting_values import BaseUrl
from crm_mcp.settings import EnvironmentSettings, environment, load, require_whole
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BearerLogin
from crm_mcp.transport.session import Session

from .tools import PeopleTools
from .wire import PeopleClient, Person


class PeopleSettings(EnvironmentSettings):
    """One People account and its token."""

    model_config = environment("PEOPLE_")

    url: BaseUrl | None = None
    token: SecretStr = SecretStr("")


class PeopleConnector:
    """One People account."""

    name = "people"
    title = "People"
    variables = "PEOPLE_URL, PEOPLE_TOKEN"
    instructions = "People holds people: find them with search_people."
    settings_class: type[BaseSettings] = PeopleSettings
    has_replica = False
    further_toolsets: Sequence[str] = ()
    beside_modules: Sequence[str] = ()
    skill_texts = ""
    language: Literal["en", "hu"] = "en"

    def __init__(self, sender: Sender, store: Store) -> None:
        self._client = PeopleClient(sender)
        self._writer = SafeWriter(store)
        self.account = self._writer.account
        self._tools = PeopleTools(self._client, self._writer)

    @classmethod
    def from_environment(cls, pool: ConnectionPool, store: Store) -> PeopleConnector | None:
        """Return the connector, or None when no variable is set."""
        settings = load(PeopleSettings)
        url, token = settings.url or "", settings.token.get_secret_value()
        if not require_whole({"PEOPLE_URL": url, "PEOPLE_TOKEN": token}, crm=cls.title):
            return None
        return cls(Session(pool, crm=cls.title, base_url=url, login=BearerLogin(token)), store)

    @classmethod
    def demo_environment(cls, url: str) -> Mapping[str, str]:
        """Return the variables that connect the bundled fake."""
        return {"PEOPLE_URL": url, "PEOPLE_TOKEN": "demo-people-token"}

    def tools(self, toolsets: Collection[str]) -> Sequence[CrmTool]:  # noqa: ARG002  # there is one toolset
        """Return the tools."""
        return self._tools.all()

    async def finish(self) -> None:
        """Let the write end that is under way."""
        await self._writer.finish()

    def apps(self) -> Sequence[ToolApp]:
        """Return none."""
        return ()

    async def list_modules(self) -> list[Module]:
        """Return the only module."""
        return [{"id": "people", "name": "People"}]

    async def describe_module(self, module: str) -> ModuleDescription:
        """Return the fields of a person."""
        fields: list[FieldDescription] = [{"name": name, "type": "text"} for name in ("name", "email")]
        return {"id": module, "name": "People", "crm": self.name, "fields": fields}

    def record_kinds(self) -> Sequence[str]:
        """Return the only kind."""
        return ["person"]

    def prompts(self, tools: Collection[str]) -> Sequence[Prompt]:  # noqa: ARG002  # there are none
        """Return none."""
        return ()

    async def read_record(self, kind: str, record_id: str) -> Person:  # noqa: ARG002  # there is one kind
        """Return one person."""
        return await self._client.get_person(record_id)

    async def list_names(self, argument: str, module: str) -> list[str]:  # noqa: ARG002  # there is one module
        """Return the name of the only module."""
        return ["people"] if argument == "module" else []

    def exports(self) -> Mapping[str, SearchExport]:
        """Return how all people are read."""
        return {"search_people": SearchExport(self._tools.read_people)}

    def source(self) -> Source:
        """Refuse: it has no replica."""
        raise NotImplementedError

    async def check_login(self) -> str:
        """Ask for the first page."""
        return f"login works, {(await self._client.search_people()).total} people"
