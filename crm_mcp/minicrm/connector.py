"""Connects one MiniCRM account to the server: settings, client and tools."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.connector import Module, ModuleDescription
from crm_mcp.messages import Sender
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.directory import Directory
from crm_mcp.minicrm.models import Schema
from crm_mcp.minicrm.read_tools import ReadTools
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.minicrm.write_tools import WriteTools
from crm_mcp.settings import load, require_whole
from crm_mcp.tooling import CrmTool
from crm_mcp.transport.rate_limit import RateLimit
from crm_mcp.transport.session import ConnectionPool, Session

_CONTACT_TYPES = {"person": "Person", "business": "Business"}


class MinicrmConnector:
    """One MiniCRM account."""

    name = "minicrm"
    title = "MiniCRM"
    instructions = (
        "MiniCRM holds projects (cards) in modules; a project belongs to a contact (Person or Business), tasks belong "
        "to projects, addresses to contacts. Statuses, users and choices are taken by label or id."
    )

    def __init__(self, settings: MinicrmSettings, sender: Sender) -> None:
        self._settings = settings
        self._client = MinicrmClient(sender)
        self._directory = Directory(self._client, me=settings.user)

    @classmethod
    def from_environment(cls, pool: ConnectionPool) -> MinicrmConnector | None:
        """Return the connector, or None when no login of MiniCRM's is set.

        Raises:
            SettingsError: Some settings are missing or wrong.
        """
        settings = load(MinicrmSettings)
        login = (settings.system_id, settings.api_key.get_secret_value())
        if not require_whole({"MINICRM_SYSTEM_ID": login[0], "MINICRM_API_KEY": login[1]}, crm=cls.title):
            return None
        per_minute = settings.requests_per_minute
        rate_limit = RateLimit(per_minute) if per_minute else None
        return cls(settings, Session(pool, crm=cls.title, base_url=settings.url, login=login, rate_limit=rate_limit))

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools that belong to MiniCRM alone."""
        shared = (self._client, self._directory, self._settings.zone)
        return (*ReadTools(*shared).all(), *WriteTools(*shared).all())

    async def list_modules(self) -> list[Module]:
        """Return the modules of the account."""
        return [{"id": module_id, "name": name} for module_id, name in (await self._directory.modules()).items()]

    async def describe_module(self, module: str) -> ModuleDescription:
        """Return the fields of a module's projects, or of `Person` or `Business`."""
        if contact_type := _CONTACT_TYPES.get(module.casefold()):
            return _description(contact_type, contact_type, await self._directory.contact_schema(contact_type))
        module_id = await self._directory.module_id(module)
        name = (await self._directory.modules())[module_id]
        return _description(module_id, name, await self._directory.project_schema(module_id))

    async def check_login(self) -> str:
        """Ask for the modules, and for who "me" is where the settings say."""
        modules = await self._directory.modules()
        me = f', "me" is user {await self._directory.user_id("me")}' if self._settings.user else ""
        return f"login works, {len(modules)} modules{me}"


def _description(module_id: str, name: str, schema: Schema) -> ModuleDescription:
    """Return a schema as it is told outward: statuses and users once, under their own names."""
    told_apart = ("CategoryId", "StatusId", "UserId")
    description: ModuleDescription = {
        "id": module_id,
        "name": name,
        "crm": MinicrmConnector.name,
        "fields": [
            {"name": field["name"], "type": field["type"]} if field["name"] in told_apart else field
            for field in schema["fields"]
        ],
    }
    if schema["statuses"]:
        description["statuses"] = schema["statuses"]
    if schema["users"]:
        description["users"] = schema["users"]
    return description
