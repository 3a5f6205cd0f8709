"""Scripts for the questions and chores in Ivinex, and across both CRMs."""

from __future__ import annotations

from typing import Any

from evaluation.solver.play import Play, solves


def where(field: str, operand: str, value: object) -> dict[str, Any]:
    """Return one condition of a search."""
    return {"field": field, "operand": operand, "value": value}


async def records_of(play: Play, module: str, *filters: dict[str, Any], **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the records that are found on the first page."""
    return (await play.call("search_records", module=module, filters=list(filters), **options))["items"]


async def notes_of(play: Play, contact: str) -> str:
    """Return what the notes on the one contact of this last name say."""
    (found,) = await records_of(play, "contact", where("last_name", "Equal", contact))
    notes = await play.call("get_linked_records", module="note", linked_module="contact", linked_id=found["id"])
    return "\n".join(note["fields"]["description"] for note in notes["items"])


def full_names(records: list[dict[str, Any]]) -> str:
    """Return the names of contacts."""
    return ", ".join(f"{one['fields'].get('first_name')} {one['fields'].get('last_name')}" for one in records)


@solves("deals-in-negotiation")
async def deals_in_negotiation(play: Play) -> str:
    stage = where("stage", "Equal", "Negotiation")
    summary = await play.call("summarize_records", module="deal", filters=[stage], measures=["sum:amount"])
    return f"{summary['groups'][0]['sum:amount']}"


@solves("contacts-by-type")
async def contacts_by_type(play: Play) -> str:
    summary = await play.call("summarize_records", module="contact", group_by=["contact_type"])
    return ", ".join(f"{group['contact_type'] or 'none'}: {group['count']}" for group in summary["groups"])


@solves("siobhans-number")
async def siobhans_number(play: Play) -> str:
    (found,) = await records_of(play, "contact", where("first_name", "Contains", "Siobhán"))
    return found["fields"]["phone"]


@solves("agreed-discount")
async def agreed_discount(play: Play) -> str:
    return await notes_of(play, "Wagner")


@solves("machines-a-floor")
async def machines_a_floor(play: Play) -> str:
    return await notes_of(play, "Wagner")


@solves("orders-inside-a-note")
async def orders_inside_a_note(play: Play) -> str:
    return await notes_of(play, "Al-Farsi")


@solves("people-at-bluebird")
async def people_at_bluebird(play: Play) -> str:
    (company,) = await records_of(play, "company", where("name", "Equal", "Bluebird Hotels"))
    linked = {"module": "contact", "linked_module": "company", "linked_id": company["id"]}
    return full_names((await play.call("get_linked_records", **linked))["items"])


@solves("literal-percent")
async def literal_percent(play: Play) -> str:
    (company,) = await records_of(play, "company", where("name", "Contains", "100% Arabica_House"))
    return company["fields"]["city"]


@solves("closing-in-december")
async def closing_in_december(play: Play) -> str:
    since = where("expected_close", "GreaterThanEqual", "2026-12-01")
    until = where("expected_close", "LessThanEqual", "2026-12-31")
    return ", ".join(deal["fields"]["name"] for deal in await records_of(play, "deal", since, until))


@solves("revenue-of-active-companies")
async def revenue_of_active_companies(play: Play) -> str:
    active = where("active", "Equal", "true")
    summary = await play.call("summarize_records", module="company", filters=[active], measures=["sum:yearly_revenue"])
    return f"{summary['groups'][0]['sum:yearly_revenue']}"


@solves("note-on-agnes")
async def note_on_agnes(play: Play) -> str:
    (agnes,) = await records_of(play, "contact", where("first_name", "Equal", "Ágnes"))
    await play.call("create_note", contact_id=agnes["id"], text="She takes both grinders.")
    return "Written."


@solves("stage-by-its-label")
async def stage_by_its_label(play: Play) -> str:
    (deal,) = await records_of(play, "deal", where("name", "Equal", "Bar machine"))
    change = {"record_id": deal["id"], "fields": {"stage": "Offer sent"}}
    (done,) = (await play.call("update_records", module="deal", records=[change]))["items"]
    assert done["ok"]
    return "It is Offer sent."


@solves("john-is-there-already")
async def john_is_there_already(play: Play) -> str:
    john = {"first_name": "John", "last_name": "Doe", "email": "john.doe@gmail.com"}
    (result,) = (await play.call("create_records", module="contact", records=[john]))["items"]
    return result["message"]


@solves("three-from-the-fair")
async def three_from_the_fair(play: Play) -> str:
    people = (("Ada", "Nagy"), ("Ben", "Kis"), ("Cora", "Pap"))
    records = [
        {"first_name": first, "last_name": last, "email": f"{first.lower()}@fair.example", "contact_type": "Lead"}
        for first, last in people
    ]
    results = (await play.call("create_records", module="contact", records=records))["items"]
    assert all(result["ok"] for result in results)
    return f"{len(results)} contacts."


@solves("no-newsletter-for-leads")
async def no_newsletter_for_leads(play: Play) -> str:
    leads = await records_of(play, "contact", where("contact_type", "Equal", "Lead"), limit=100)
    changes = [{"record_id": lead["id"], "fields": {"newsletter": "false"}} for lead in leads]
    plan = await play.call("update_records", module="contact", records=changes)
    done = await play.call("update_records", plan_id=plan["plan_id"])
    return f"{sum(item['ok'] for item in done['items'])} leads."


@solves("oneills-everywhere")
async def oneills_everywhere(play: Play) -> str:
    there = await records_of(play, "contact", where("last_name", "Contains", "Neill"))
    here = (await play.call("search_contacts", query="Neill"))["items"]
    return f"Ivinex: {full_names(there)}; MiniCRM: {', '.join(one['name'] for one in here)}"


@solves("same-company-name")
async def same_company_name(play: Play) -> str:
    there = await records_of(play, "contact", where("first_name", "Equal", "Priya"))
    here = (await play.call("search_contacts", query="Priya"))["items"]
    return f"No, two people: {full_names(there)} and {', '.join(one['name'] for one in here)}"


@solves("copy-to-the-other-crm")
async def copy_to_the_other_crm(play: Play) -> str:
    (joan,) = await records_of(play, "contact", where("email", "Equal", "joan.baker@example.org"))
    known = joan["fields"]
    person = {"FirstName": known["first_name"], "LastName": known["last_name"]}
    await play.call(
        "create_contact", type="Person", fields={**person, "Email": known["email"], "Phone": known["phone"]}
    )
    return "Copied."


@solves("all-modules")
async def all_modules(play: Play) -> str:
    return ", ".join(f"{module['crm']}: {module['name']}" for module in (await play.call("list_modules"))["items"])
