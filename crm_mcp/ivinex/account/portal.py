"""One Ivinex portal as the tools see it."""

from __future__ import annotations

from crm_mcp.crm.messages import Sender
from crm_mcp.ivinex.account.schema_cache import SchemaCache
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.settings import IvinexSettings


class Portal:
    """A portal: its settings, which name its modules, its client, and the schemas inferred from its records."""

    def __init__(self, settings: IvinexSettings, sender: Sender) -> None:
        self.settings = settings
        self.client = IvinexClient(sender)
        self.schemas = SchemaCache(self.client)
