"""Connects one MiniCRM account to the server: settings, client and tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from mcp.server.mcpserver.prompts.base import Prompt
from pydantic_settings import BaseSettings

from crm_mcp.crm.expiring import RecentReads
from crm_mcp.crm.field_labels import FieldLabels
from crm_mcp.crm.messages import Request
from crm_mcp.crm.operations import FollowedSender, Sender
from crm_mcp.crm.paging import PageCache, WatchedSender
from crm_mcp.errors import InputError, SettingsError
from crm_mcp.languages import Language, Texts
from crm_mcp.mcp.apps import ToolApp
from crm_mcp.mcp.connector import FieldDescription, Module, ModuleDescription, SearchExport
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import PAGE_RULES, Schema
from crm_mcp.minicrm.pipeline_app import pipeline_app
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.minicrm.tools.addresses import AddressTools
from crm_mcp.minicrm.tools.contact_overview import ContactOverviewTools
from crm_mcp.minicrm.tools.contacts import ContactTools
from crm_mcp.minicrm.tools.context import ToolContext, ToolRoom
from crm_mcp.minicrm.tools.export import ExportRowsReader
from crm_mcp.minicrm.tools.further import further_rooms
from crm_mcp.minicrm.tools.open_tasks import OpenTaskTools
from crm_mcp.minicrm.tools.projects import ProjectTools
from crm_mcp.minicrm.tools.prompts import MinicrmPrompts
from crm_mcp.minicrm.tools.stale_projects import StaleProjectTools
from crm_mcp.minicrm.tools.summary import SummaryTools
from crm_mcp.minicrm.tools.tasks import TaskTools
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
    from crm_mcp.minicrm.replica.source import MinicrmSource
    from crm_mcp.minicrm.replica.told_changes import ToldChanges
    from crm_mcp.transport.downloads import Downloads

_texts = Texts(__file__)
_CONTACT_TYPES = {name.casefold(): name for name in CONTACT_TYPES}
_CONTACTS = frozenset({"contact", "contacts"})
_CONTACT_NOTE = "A contact is a Person or a Business; these are the fields of both. Describe one for its own."


class MinicrmConnector:
    """One MiniCRM account."""

    name = "minicrm"
    title = "MiniCRM"
    variables = "MINICRM_SYSTEM_ID, MINICRM_API_KEY"
    settings_class: type[BaseSettings] = MinicrmSettings
    has_replica = True
    further_toolsets: Sequence[str] = ("history", "money", "more")
    beside_modules: Sequence[str] = tuple(_CONTACT_TYPES.values())
    skill_texts = "crm_mcp.minicrm"
    instructions = (
        "MiniCRM holds projects (cards) in modules; a project belongs to a contact (Person or Business), tasks belong "
        "to projects, addresses to contacts. Statuses, users and choices are taken by label or id."
    )

    def __init__(
        self,
        settings: MinicrmSettings,
        sender: Sender,
        store: Store,
        account: Account,
        pool: ConnectionPool | None = None,
    ) -> None:
        self.account = account
        self._pool = pool
        self._settings = settings
        self.language: Language = find_language(settings.language)
        self._replica_of = (account, store)
        self._source: MinicrmSource | None = None
        self._told_changes: ToldChanges | None = None
        self._page_cache = PageCache(PAGE_RULES)
        self._crm_clock = CrmClock()
        sender = self._page_cache.watch(self._crm_clock.watch(sender))
        self._source_client = MinicrmClient(sender)
        sender = FollowedSender(sender, self._follow)
        self._recent = RecentReads(sender)
        self._client = MinicrmClient(WatchedSender(sender, self._recent.clear), self._recent)
        self._directory = Directory(self._client, me=settings.user, labels=FieldLabels(settings.labels))
        words = QuestionWords(Texts(__file__, self.language), self._directory.labels)
        self._writer = make_writer(store, account, words)
        self._readers: dict[str, Callable[[str], Awaitable[Mapping[str, object]]]] = {
            "project": self._client.get_project,
            "contact": self._client.get_contact,
            "task": self._client.get_task,
            "address": self._client.get_address,
        }

    @classmethod
    def from_environment(cls, pool: ConnectionPool, store: Store) -> MinicrmConnector | None:
        """Return the connector, or None when no login of MiniCRM's is set; see `Connector`."""
        settings = load(MinicrmSettings)
        return cls.from_settings(settings, pool, store, place_of_login(["MINICRM_SYSTEM_ID", "MINICRM_API_KEY"]))

    @classmethod
    def from_settings(
        cls, settings: MinicrmSettings, pool: ConnectionPool, store: Store, login_place: str = ""
    ) -> MinicrmConnector | None:
        """Return the connector of the account that the settings name, or None where they name none.

        A refusal of the login names `login_place`, or the variables.

        Raises:
            SettingsError: They name only half of it.
        """
        login = BasicLogin(settings.system_id, settings.api_key.get_secret_value())
        needed = {"MINICRM_SYSTEM_ID": login.username, "MINICRM_API_KEY": login.password}
        if not require_whole(needed, crm=cls.title):
            return None
        note = describe_odd_values(needed)
        account = Account(cls.name, settings.url, system=login.username, login=login.password)
        limit = RateLimit(store, account, settings.requests_per_minute)
        session = Session(
            pool,
            crm=cls.title,
            base_url=settings.url,
            login=login,
            rate_limit=limit,
            login_note=note,
            login_place=login_place,
        )
        return cls(settings, session, store, account, pool)

    @classmethod
    def setup_steps(cls) -> CrmSetup:
        """Return what setting up an account asks for."""
        from crm_mcp.minicrm.setup.steps import MinicrmSetup  # only `crm-mcp setup` needs it

        return MinicrmSetup(cls._open_account)

    @classmethod
    def _open_account(cls, settings: MinicrmSettings, pool: ConnectionPool) -> tuple[MinicrmClient, Directory]:
        connector = cls.from_settings(settings, pool, Store())
        if connector is None:
            raise SettingsError(_texts.later("No login of MiniCRM's is given."))
        return connector._client, connector._directory  # noqa: SLF001  # one of its own class

    @classmethod
    def demo_environment(cls, url: str) -> Mapping[str, str]:
        """Return the variables that connect the demo data of the bundled fake."""
        return {"MINICRM_URL": url, "MINICRM_SYSTEM_ID": "10001", "MINICRM_API_KEY": "demo-api-key"}

    def tools(self, toolsets: Collection[str]) -> Sequence[CrmTool]:
        """Return the tools of these toolsets that belong to MiniCRM alone, those that read first."""
        context = ToolContext(
            self._client,
            self._directory,
            self._settings.zone,
            self.source,
            self._settings.clock,
            self._page_cache,
            self._writer,
            self._crm_clock,
            self._downloads if self._pool is not None else None,
        )
        rooms: list[ToolRoom] = []
        if DEFAULT in toolsets:
            rooms += (ProjectTools, ContactTools, TaskTools, AddressTools)
            rooms += (SummaryTools, OpenTaskTools, ContactOverviewTools, StaleProjectTools)
        rooms += further_rooms(toolsets)
        tools = [tool for room in rooms for tool in room(context).tools()]
        return sorted(tools, key=lambda tool: isinstance(tool, WriteTool))

    async def finish(self) -> None:
        """Let the write end that is under way, and begin no other."""
        await self._writer.finish()
        if self._told_changes is not None:
            await self._told_changes.close()
        if self._source is not None:
            await self._source.replica.close()

    def apps(self) -> Sequence[ToolApp]:
        """Return the pipeline."""
        return (pipeline_app(),)

    async def list_modules(self) -> list[Module]:
        """Return the modules of the account."""
        return [{"id": module_id, "name": name} for module_id, name in (await self._directory.modules()).items()]

    async def describe_module(self, module: str) -> ModuleDescription:
        """Return the fields of a module's projects, or of `Person` or `Business`; of both for `contact`."""
        from crm_mcp.minicrm.replica.columns import CONTACTS, view_names

        if contact_type := _CONTACT_TYPES.get(module.casefold()):
            return self._labelled(
                _description(contact_type, contact_type, CONTACTS, await self._directory.contact_schema(contact_type))
            )
        modules = await self._directory.modules()
        if module.casefold() in _CONTACTS and module.casefold() not in map(str.casefold, modules.values()):
            both = _description("Contact", "Contact", CONTACTS, await self._directory.merged_contact_schema())
            return {**self._labelled(both), "note": _CONTACT_NOTE}
        module_id = await self._directory.module_id(module)
        schema = await self._directory.project_schema(module_id)
        return self._labelled(_description(module_id, modules[module_id], view_names(modules)[module_id], schema))

    def record_kinds(self) -> Sequence[str]:
        """Return what MiniCRM has besides modules."""
        return list(self._readers)

    def prompts(self, tools: Collection[str]) -> Sequence[Prompt]:
        """Return the prompts for daily work in MiniCRM."""
        return MinicrmPrompts(self._directory, self._settings, tools, self.language).all()

    async def read_record(self, kind: str, record_id: str) -> Mapping[str, object]:
        """Return one project, contact, task or address."""
        if kind not in self._readers:
            raise InputError(f"MiniCRM has no records of kind {kind!r}.", hint=f"Use {', '.join(self._readers)}.")
        return await self._readers[kind](record_id)

    async def list_names(self, argument: str, module: str) -> list[str]:
        """Return the names of modules, statuses or users."""
        if argument == "module":
            return [*(await self._directory.modules()).values(), *_CONTACT_TYPES.values()]
        if argument not in ("status", "user"):
            return []
        schema = await self._directory.merged_project_schema(await self._directory.module_id(module) if module else "")
        return list((schema["statuses"] if argument == "status" else schema["users"]).values())

    def exports(self) -> Mapping[str, SearchExport]:
        """Return how all rows of search_projects and search_contacts are read."""
        return ExportRowsReader(self._client, self._directory, self._settings.zone).all()

    async def _follow(self, request: Request, sent_at: float, result: object) -> None:
        """Have what was written read again before a statement is answered, and take over what was read."""
        if not request.is_read:
            from crm_mcp.minicrm.replica.own_writes import outdate

            await outdate(self.source().replica, request)
        elif self._source is not None:
            from crm_mcp.minicrm.replica.seen import take_over

            await take_over(self._source, request, sent_at, result)

    async def receive_webhook(self, body: object) -> None:
        """Forget what is held of a card or contact that a webhook tells of, and read it again behind that."""
        from crm_mcp.minicrm.replica.told_changes import ToldChanges  # only HTTP servers receive webhooks
        from crm_mcp.minicrm.wire.webhooks import parse_webhook

        change = parse_webhook(body, self._settings.system_id)
        if change is not None:
            self._recent.clear()
            self._told_changes = self._told_changes or ToldChanges(self.source())
            await self._told_changes.take(change)

    def source(self) -> MinicrmSource:
        """Return what fills the replica of this account."""
        if self._source is None:
            from crm_mcp.minicrm.replica.source import MinicrmSource  # what is only used by some costs start-up time
            from crm_mcp.replica.database import Replica

            replica = Replica(*self._replica_of, self._settings.zone)
            self._source = MinicrmSource(
                replica,
                self._source_client,
                self._directory,
                self._crm_clock,
                self._settings.zone,
                self._settings.requests_per_minute,
            )
        return self._source

    def _downloads(self) -> Downloads:
        """Return what fetches the files of this account."""
        from crm_mcp.minicrm.wire.files import DOMAINS, HOSTS
        from crm_mcp.transport.downloads import Downloads, FileHosts

        if self._pool is None:
            raise RuntimeError("there is no connection pool")
        return Downloads(self._pool, FileHosts(self.title, self._settings.url, HOSTS, DOMAINS))

    def _labelled(self, description: ModuleDescription) -> ModuleDescription:
        """Return a description that tells what people call its fields."""
        labels = self._directory.labels
        fields: list[FieldDescription] = []
        for field in description["fields"]:
            label = labels.label_of(field["name"])
            fields.append(field if label == field["name"] else {**field, "label": label})
        return {**description, "fields": fields}

    async def _check_labels(self) -> None:
        """Refuse labels that lead to no field, or hide another one."""
        labels = self._directory.labels
        if not self._settings.labels:
            return
        schemas = [await self._directory.merged_project_schema(), await self._directory.merged_contact_schema()]
        known = {field["name"] for schema in schemas for field in schema["fields"]}
        hint = _texts.later("Correct the setting.")
        if names := ", ".join(labels.unknown(known)):
            raise SettingsError(
                _texts.later("MINICRM_LABELS names fields that no module has: {names}.", names=names), hint=hint
            )
        if names := ", ".join(labels.hidden(known)):
            raise SettingsError(
                _texts.later("MINICRM_LABELS has labels that are the names of other fields: {names}.", names=names),
                hint=hint,
            )

    async def check_login(self) -> str:
        """Ask for the modules, for who "me" is where the settings say, and for the fields that these name."""
        await self._check_labels()
        modules = await self._directory.modules()
        if not self._settings.user:
            return _texts.later("login works, {count} modules", count=len(modules))
        me = await self._directory.user_id("me")
        return _texts.later('login works, {count} modules, "me" is user {user_id}', count=len(modules), user_id=me)


def _description(module_id: str, name: str, table: str, schema: Schema) -> ModuleDescription:
    """Return a schema as tools describe it: statuses and users once, under their own names."""
    told_apart = ("CategoryId", "StatusId", "UserId")
    description: ModuleDescription = {
        "id": module_id,
        "name": name,
        "crm": MinicrmConnector.name,
        "table": table,
        "fields": [
            {"name": field["name"], "type": field["type"]}
            if field["name"] in told_apart
            else cast("FieldDescription", field)
            for field in schema["fields"]
        ],
    }
    if schema["statuses"]:
        description["statuses"] = schema["statuses"]
    if schema["users"]:
        description["users"] = schema["users"]
    return description
