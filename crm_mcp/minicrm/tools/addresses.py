"""The tools for the addresses of a MiniCRM contact: list, get, create, update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from crm_mcp.mcp.arguments import Id, Text
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.field_table import ADDRESS
from crm_mcp.minicrm.models import Address, Addresses
from crm_mcp.minicrm.search.pages import build_page, rows_after, show_object
from crm_mcp.minicrm.tools.context import ApiFields, ToolContext, refuse_twice
from crm_mcp.minicrm.wire.checks import check_create, check_id, check_update
from crm_mcp.minicrm.writes.lost_creates import find_alike_addresses
from crm_mcp.minicrm.writes.targets import Creation, Record, Updates
from crm_mcp.rendering.shortening import RenderOptions
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool

_NOUN = "MiniCRM address"
_CREATED = "Creating an address cannot be undone."
_CANNOT_UNDO = "MiniCRM's API deletes no address: delete it in MiniCRM, or change it with update_address."


@dataclass(frozen=True)
class AddressTools:
    """The tools for addresses of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools, those that read first."""
        build, writer = WriteTool.build, self.context.writer
        return (
            build_tool(self.list_addresses, title="List a contact's addresses", annotations=READ),
            build_tool(self.get_address, title="Get an address", annotations=READ),
            build(
                self.create_address,
                writer,
                title="Create MiniCRM addresses",
                annotations=CREATE,
                restore=restore_as(self._creation),
                takes_records=True,
            ),
            build(
                self.update_address,
                writer,
                title="Update MiniCRM addresses",
                annotations=UPDATE,
                restore=restore_as(self._updates),
                takes_records=True,
            ),
        )

    async def list_addresses(self, contact_id: Id, cursor: Cursor = FIRST_PAGE) -> Addresses:
        """List the addresses of a MiniCRM contact, one line each."""
        rows = rows_after(cursor, (await self.context.client.list_addresses(contact_id)).items)
        return cast("Addresses", build_page(rows, RenderOptions("get_address"), cursor))

    async def get_address(self, address_id: Id) -> Address:
        """Read one MiniCRM address."""
        address = await self.context.client.get_address(address_id)
        return show_object(address, RenderOptions("the rest is in MiniCRM", max_text=0))

    async def create_address(self, contact_id: Id, name: Text, fields: ApiFields = {}) -> Draft:  # noqa: B006  # pydantic copies defaults
        """Create an address; `fields`: Type, CountryId (the country's name), PostalCode, City, Address, Default."""
        given: dict[str, object] = {"ContactId": check_id("contact_id", contact_id), "Name": name}
        refuse_twice(given, fields)
        sent = {**given, **self.context.written_fields.of_address(fields).sent}
        check_create(ADDRESS, sent)
        change = Change(sent, sent, notes=(_CREATED,))
        return Draft(self._creation, [change], needs_refresh=True)

    async def update_address(self, address_id: Id, fields: ApiFields) -> Draft:
        """Change fields of a MiniCRM address: Name, Type, CountryId, PostalCode, City, Address, Default."""
        resolved = self.context.written_fields.of_address(fields)
        ids = [check_id("address_id", address_id)]
        check_update(ADDRESS, resolved.sent)
        return self._updates.draft(ids, resolved.sent)

    @cached_property
    def _creation(self) -> Creation:
        client = self.context.client
        moved = self.context.moved_links
        return Creation(_NOUN, client, client.create_address, find_alike_addresses, _CANNOT_UNDO, moved=moved)

    @cached_property
    def _updates(self) -> Updates:
        client = self.context.client
        return Updates(_NOUN, ADDRESS, client, client.get_address, client.update_address, self._check)

    async def _check(self, _: Record, fields: Mapping[str, object]) -> Resolved:
        return self.context.written_fields.of_address(fields)
