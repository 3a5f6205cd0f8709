"""Whose documents are: a document names its card alone, and the card the contact and the company."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import read_details
from crm_mcp.crm.name_matching import resolve_choice, shown
from crm_mcp.errors import InputError
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.replica.questions.documents import find_held_cards
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.wire.checks import check_id

Customer = dict[str, str]
"""`{contact_id, contact, business_id, business}`, what is known of it; a company that is its own contact once."""
_NAMED = (("contact_id", "contact"), ("business_id", "business"))


class Owner(NamedTuple):
    """A contact by whom documents are looked for, and the cards that belong to it."""

    id: str
    name: str
    project_ids: Collection[str]
    incomplete_reason: str


async def find_owner(context: ToolContext, customer: str, steps: Steps) -> Owner:
    """Return the contact that an id or a name means, with its projects, a company's people's among them.

    Raises:
        InputError: No contact has that name, or several have.
    """
    contact_id = check_id("customer", customer) if customer.isdecimal() else await _find_contact(context, customer)
    names = context.directory.contact_names
    criterion = "MainContactId" if await names.is_business(contact_id) else "ContactId"
    found = await ProjectSearch(context.client.recent, context.directory, {criterion: contact_id}, steps).read_all()
    name = (await names.read([contact_id])).get(contact_id, "")
    return Owner(contact_id, name, found.ids, found.incomplete_reason)


async def _find_contact(context: ToolContext, name: str) -> str:
    for criterion in ("Name", "Query"):
        page = await context.client.recent.search_contacts({criterion: name})
        contacts = {one["id"]: one["name"] for one in page.items}
        if len(contacts) == 1:
            return next(iter(contacts))
        if contacts:
            return resolve_choice("customer", name, contacts, by_part=True)
    raise InputError(f"No contact is named {shown(name)}.", hint="search_contacts finds contacts and their ids.")


async def read_customers(
    context: ToolContext, reads: ReplicaReads, project_ids: Collection[str]
) -> tuple[dict[str, Customer], str]:
    """Return the customers by the ids of cards, and why some were not read, as a sentence or empty.

    What is held is used, however old: a card's contact hardly ever changes.
    """
    cards: dict[str, Mapping[str, Any]] = {
        str(row["id"]): row for row in await find_held_cards(reads, list(project_ids))
    }
    unknown = [one for one in project_ids if one not in cards]
    read = await read_details(unknown, context.client.recent.get_project, reads.steps, crm=PAGE_RULES.crm)
    cards |= read.found
    ids = {str(card[key]) for card in cards.values() for key, _ in _NAMED if card.get(key)}
    names = await context.directory.contact_names.read(ids)
    companies = await context.directory.contact_names.companies(
        [str(card["contact_id"]) for card in cards.values() if card.get("contact_id") and not card.get("business_id")]
    )
    names |= await context.directory.contact_names.read(set(companies.values()))
    cards = {one: _with_company(card, companies) for one, card in cards.items()}
    return {one: _customer(card, names) for one, card in cards.items()}, read.incomplete_reason


def _with_company(card: Mapping[str, Any], companies: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a card with its person's company where it tells none itself."""
    company = card.get("business_id") or companies.get(str(card.get("contact_id")))
    return {**card, "business_id": company}


def _customer(card: Mapping[str, Any], names: Mapping[str, str]) -> Customer:
    found: Customer = {}
    for key, label in _NAMED:
        if contact_id := card.get(key):
            found[key] = str(contact_id)
            if name := names.get(str(contact_id)):
                found[label] = name
    if found.get("contact_id") == found.get("business_id"):
        found = {key: value for key, value in found.items() if key not in ("contact_id", "contact")}
    return found
