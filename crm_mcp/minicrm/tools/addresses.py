"""The tools for the addresses of a MiniCRM contact: list, get, create, update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from crm_mcp.mcp.arguments import Id, Text
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.field_table import ADDRESS
from crm_mcp.minicrm.models import Address, Addresses
from crm_mcp.minicrm.search.duplicates import find_alike_addresses
from crm_mcp.minicrm.search.pages import build_page, rows_after, show_object
from crm_mcp.minicrm.tools.context import ApiFields, ToolContext, refuse_twice
from crm_mcp.minicrm.tools.targets import Creation, Record, Updates, with_contact_name
from crm_mcp.minicrm.wire.checks import check_create, check_id, check_update
from crm_mcp.rendering.shortening import RenderOptions
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.tool import WriteTool

_NOUN = "MiniCRM address"


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
            build(self.create_address, writer, title="Create a MiniCRM address", annotations=CREATE),
            build(self.update_address, writer, title="Update a MiniCRM address", annotations=UPDATE),
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
        given: dict[str, object] = {"ContactId": contact_id, "Name": name}
        refuse_twice(given, fields)
        sent = {**given, **self.context.written_fields.of_address(fields).sent}
        check_create(ADDRESS, sent)
        client = self.context.client
        target = Creation(_NOUN, client, client.create_address, with_contact_name, find_alike_addresses)
        return Draft(target, [Change(sent, sent)])

    async def update_address(self, address_id: Id, fields: ApiFields) -> Draft:
        """Change fields of a MiniCRM address: Name, Type, CountryId, PostalCode, City, Address, Default."""
        resolved = self.context.written_fields.of_address(fields)
        ids = [check_id("address_id", address_id)]
        check_update(ADDRESS, resolved.sent)

        async def check(_: Record) -> Resolved:
            return resolved

        client = self.context.client
        target = Updates(_NOUN, ADDRESS, client.get_address, client.update_address, check)
        return target.draft(ids, resolved.sent)
