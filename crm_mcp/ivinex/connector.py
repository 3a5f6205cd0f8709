"""Connects one Ivinex account to the server: settings, client and tools."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic_settings import BaseSettings

from crm_mcp.crm.messages import Request
from crm_mcp.crm.operations import FollowedSender, Sender
from crm_mcp.errors import SettingsError
from crm_mcp.ivinex.account.module_check import find_module_problems
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record
from crm_mcp.ivinex.settings import CONTACT, NOTE, IvinexSettings
from crm_mcp.ivinex.tools.export import read_records_to_export
from crm_mcp.ivinex.tools.notes import NoteTools
from crm_mcp.ivinex.tools.prompts import IvinexPrompts
from crm_mcp.ivinex.tools.record_writes import RecordWriteTools
from crm_mcp.ivinex.tools.records import RecordTools
from crm_mcp.ivinex.tools.summary import SummaryTools
from crm_mcp.languages import Language, Later, Texts
from crm_mcp.mcp.apps import ToolApp
from crm_mcp.mcp.connector import Module, ModuleDescription, SearchExport
from crm_mcp.mcp.neighbours import Neighbours
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.gate import make_writer
from crm_mcp.safe_writes.tool import WriteTool
from crm_mcp.setting_values import describe_odd_values
from crm_mcp.settings import load, require_whole
from crm_mcp.settings_file.language import find_language
from crm_mcp.settings_file.sections import place_of_login
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.toolsets import DEFAULT
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.rate_limit import RateLimit
from crm_mcp.transport.session import Session

if TYPE_CHECKING:
    from crm_mcp.asking.crm_setup import CrmSetup
    from crm_mcp.ivinex.client import IvinexClient
    from crm_mcp.ivinex.replica.source import IvinexSource

_texts = Texts(__file__)


class IvinexConnector:
    """One Ivinex account."""

    name = "ivinex"
    title = "Ivinex"
    variables = "IVINEX_URL, IVINEX_USERNAME, IVINEX_PASSWORD; IVINEX_MODULES=contact=1001,note=1002"
    settings_class: type[BaseSettings] = IvinexSettings
    has_replica = True
    further_toolsets: Sequence[str] = ()
    beside_modules: Sequence[str] = ()
    skill_texts = "crm_mcp.ivinex"
    instructions = (
        "Ivinex holds records in modules (contact, note, ...). Find them with search_records and exact field names; "
        "its field list is only sampled. A note belongs to a contact: create_note."
    )

    def __init__(self, settings: IvinexSettings, sender: Sender, store: Store, account: Account) -> None:
        self.account = account
        self.language: Language = find_language()
        self.neighbours = Neighbours()
        self._replica_of = (account, store)
        self._source: IvinexSource | None = None
        self._portal = Portal(settings, FollowedSender(sender, self._follow), self.neighbours)
        self._writer = make_writer(store, account, QuestionWords(Texts(__file__, self.language), self._portal.labels))

    @classmethod
    def from_environment(cls, pool: ConnectionPool, store: Store) -> IvinexConnector | None:
        """Return the connector, or None when no variable of Ivinex's is set; see `Connector`."""
        settings = load(IvinexSettings)
        return cls.from_settings(settings, pool, store, place_of_login(["IVINEX_USERNAME", "IVINEX_PASSWORD"]))

    @classmethod
    def from_settings(
        cls, settings: IvinexSettings, pool: ConnectionPool, store: Store, login_place: str = ""
    ) -> IvinexConnector | None:
        """Return the connector of the account that the settings name, or None where they name none.

        A refusal of the login names `login_place`, or the variables.

        Raises:
            SettingsError: They name only half of it.
        """
        login = BasicLogin(settings.username, settings.password.get_secret_value())
        needed = {
            "IVINEX_URL": settings.url or "",
            "IVINEX_USERNAME": login.username,
            "IVINEX_PASSWORD": login.password,
        }
        if not require_whole(needed, crm=cls.title):
            return None
        note = describe_odd_values(needed)
        base_url = settings.url or ""
        account = Account(cls.name, base_url, system="", login=login.username)
        limit = RateLimit(store, account, settings.requests_per_minute)
        session = Session(
            pool,
            crm=cls.title,
            base_url=base_url,
            login=login,
            rate_limit=limit,
            login_note=note,
            login_place=login_place,
        )
        return cls(settings, session, store, account)

    @classmethod
    def setup_steps(cls) -> CrmSetup:
        """Return what setting up an account asks for."""
        from crm_mcp.ivinex.setup.steps import IvinexSetup  # only `crm-mcp setup` needs it

        return IvinexSetup(cls._open_client)

    @classmethod
    def _open_client(cls, settings: IvinexSettings, pool: ConnectionPool) -> IvinexClient:
        connector = cls.from_settings(settings, pool, Store())
        if connector is None:
            raise SettingsError(_texts.later("No login of Ivinex's is given."))
        return connector._portal.client  # noqa: SLF001  # one of its own class

    @classmethod
    def demo_environment(cls, url: str) -> Mapping[str, str]:
        """Return the variables that connect the demo data of the bundled fake."""
        return {
            "IVINEX_URL": url,
            "IVINEX_USERNAME": "demo",
            "IVINEX_PASSWORD": "demo-password",
            "IVINEX_MODULES": "contact=1001,note=1002,company=1003",
        }

    def tools(self, toolsets: Collection[str]) -> Sequence[CrmTool]:
        """Return the tools that belong to Ivinex alone, those that read first; all are in the default toolset."""
        if DEFAULT not in toolsets:
            return []
        writer = self._writer
        rooms = (
            RecordTools(self._portal),
            SummaryTools(self._portal),
            RecordWriteTools(self._portal, writer),
            NoteTools(self._portal, writer),
        )
        tools = [tool for room in rooms for tool in room.tools()]
        return sorted(tools, key=lambda tool: isinstance(tool, WriteTool))

    async def finish(self) -> None:
        """Let the write end that is under way, and begin no other."""
        await self._writer.finish()

    def apps(self) -> Sequence[ToolApp]:
        """Return none."""
        return ()

    async def list_modules(self) -> list[Module]:
        """Return the modules that the settings name; Ivinex documents no way to ask for them."""
        return [{"id": module_id, "name": name} for name, module_id in self._portal.settings.modules.items()]

    async def describe_module(self, module: str) -> ModuleDescription:
        """Return the fields seen in up to 100 records; two requests, with and without option labels."""
        from crm_mcp.ivinex.replica.modules import table_names

        module_id = self._portal.settings.module_id(module)
        name = self._portal.settings.module_name(module_id)
        schema = await self._portal.schemas.get(module_id)
        description: ModuleDescription = {
            "id": module_id,
            "name": name,
            "crm": self.name,
            "fields": [self._portal.with_label(one) for one in schema.fields],
            "note": f"Sampled from {schema.size} record(s): types are guesses, unused fields and choices are missing.",
        }
        if table := table_names(self._portal.settings.modules).get(name):
            description["table"] = table
        return description

    def record_kinds(self) -> Sequence[str]:
        """Return the modules that the settings name: a kind of record is a module here."""
        return list(self._portal.settings.modules)

    def prompts(self, tools: Collection[str]) -> Sequence[Prompt]:
        """Return the prompts for daily work in Ivinex."""
        return IvinexPrompts(self._portal.settings, tools, self.language).all()

    async def read_record(self, kind: str, record_id: str) -> Record:
        """Return one record of the module `kind`, given by name or id."""
        return await self._portal.client.get_record(self._portal.settings.module_id(kind), record_id)

    async def list_names(self, argument: str, module: str) -> list[str]:  # noqa: ARG002  # only modules have names here
        """Return the names of the modules that the settings know."""
        return list(self._portal.settings.modules) if argument == "module" else []

    def exports(self) -> Mapping[str, SearchExport]:
        """Return how all rows of search_records are read: people read labels, not ids of options."""
        read = functools.partial(read_records_to_export, self._portal)
        return {"search_records": SearchExport(read, {"option_labels": True})}

    async def _follow(self, request: Request, sent_at: float, result: object) -> None:  # noqa: ARG002
        """Have what was written read again before a statement is answered."""
        if not request.is_read:
            from crm_mcp.ivinex.replica.own_writes import outdate

            await outdate(self.source().replica, request)

    def source(self) -> IvinexSource:
        """Return what fills the replica of this account."""
        if self._source is None:
            from crm_mcp.ivinex.replica.source import IvinexSource  # what is only used by some costs start-up time
            from crm_mcp.replica.database import Replica

            self._source = IvinexSource(Replica(*self._replica_of), self._portal)
        return self._source

    async def check_login(self) -> str:
        """Ask for one record of each module."""
        modules = self._portal.settings.modules
        if not modules:
            raise SettingsError(
                _texts.later("IVINEX_MODULES names no module, so no module can be checked."),
                hint=_texts.later(
                    "Set it as contact=1001,note=1002 with the ids of your portal (Admin Portal, Module_ID)."
                ),
            )
        if problems := await find_module_problems(self._portal.client, modules):
            raise SettingsError(
                _texts.later("IVINEX_MODULES is wrong. {problems}", problems=Later.joined(problems)),
                hint=_texts.later("The ids are in the portal (Admin Portal, Module_ID)."),
            )
        missing = [name for name in (CONTACT, NOTE) if name not in modules]
        if not missing:
            return _texts.later("login works, {count} modules", count=len(modules))
        return _texts.later(
            "login works, {count} modules; IVINEX_MODULES lacks {names}, so create_note is not available",
            count=len(modules),
            names=" and ".join(missing),
        )
