"""Wrong fakes of MiniCRM: finding, creating and updating contacts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import contact_search, contacts
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_requests, is_search, replaces, replaces_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Contact


def _match_phones_by(patch: pytest.MonkeyPatch, build: Callable[[str], tuple[str, list[object]]]) -> None:
    """Have a Query of digits be other SQL over `phone_backwards`."""

    @replaces(patch, contact_search, "_match_query")
    def match_query(original: Callable[..., None], call: Any, conditions: Any, text: str) -> None:
        if text.strip().isdigit():
            sql, values = build(text.strip())
            conditions.add(sql, *values)
        else:
            original(call, conditions, text)


@wrong_fake("minicrm.phone-needs-the-whole-number", "minicrm.contact-search.phone")
def match_whole_phone(patch: pytest.MonkeyPatch) -> None:
    """A phone is found by its whole number alone, not by its last digits."""
    _match_phones_by(patch, lambda digits: ("phone_backwards = ?", [digits[::-1]]))


@wrong_fake("minicrm.phone-found-by-its-beginning", "minicrm.contact-search.phone-is-a-suffix")
def match_phone_beginning(patch: pytest.MonkeyPatch) -> None:
    """A phone is found by its first digits rather than its last."""
    _match_phones_by(patch, lambda digits: ("phone_backwards GLOB ?", [f"*{digits[::-1]}"]))


@wrong_fake("minicrm.phone-found-by-four-digits", "minicrm.contact-search.short-phone")
def match_short_phone(patch: pytest.MonkeyPatch) -> None:
    """A phone is found by fewer than its last six digits."""
    _match_phones_by(patch, lambda digits: ("phone_backwards GLOB ?", [f"{digits[::-1]}*"]))


@wrong_fake("minicrm.phone-found-anywhere", "minicrm.contact-search.phone-is-a-suffix")
def match_inner_phone(patch: pytest.MonkeyPatch) -> None:
    """A phone is found by digits out of its middle."""
    _match_phones_by(patch, lambda digits: ("phone_backwards GLOB ?", [f"*{digits[::-1]}*"]))


@wrong_fake("minicrm.phone-minds-its-punctuation", "minicrm.contact-search.phone")
def mind_punctuation(patch: pytest.MonkeyPatch) -> None:
    """A phone that is written with spaces, dashes or a slash is not found by its digits."""
    _match_phones_by(patch, lambda digits: ("json_extract(fields, '$.Phone') GLOB ?", [f"*{digits}"]))


@wrong_fake("minicrm.contact-query-finds-whole-names", "minicrm.contact-search.full-text")
def find_whole_names(patch: pytest.MonkeyPatch) -> None:
    """Query finds contacts whose whole name it is."""

    @replaces(patch, contact_search, "match_words")
    def match_words(_original: object, _kind: str, query: str) -> tuple[str, list[object]]:
        return "name = ?", [query]


@wrong_fake("minicrm.contact-query-minds-case", "minicrm.contact-search.accents")
def mind_case(patch: pytest.MonkeyPatch) -> None:
    """Query tells capitals from small letters."""

    @replaces(patch, contact_search, "match_words")
    def match_words(_original: object, _kind: str, query: str) -> tuple[str, list[object]]:
        return "id IN (SELECT rowid FROM minicrm_contact_words WHERE instr(words, ?) > 0)", [query]


def _drop_parameter(patch: pytest.MonkeyPatch, name: str) -> None:
    def change(request: ApiRequest) -> ApiRequest:
        kept = [pair for pair in request.query if pair[0] != name]
        return replace(request, query=kept) if is_search(request, "Contact") else request

    alter_requests(patch, "minicrm", change)


@wrong_fake("minicrm.email-ignored", "minicrm.contact-update.found-by-new-value")
def ignore_email(patch: pytest.MonkeyPatch) -> None:
    """Email is ignored: every contact is found."""
    _drop_parameter(patch, "Email")


@wrong_fake("minicrm.type-ignored", "minicrm.contact-search.unknown-type")
def ignore_type(patch: pytest.MonkeyPatch) -> None:
    """Type is ignored: persons and businesses are found."""
    _drop_parameter(patch, "Type")


@wrong_fake("minicrm.email-found-in-part", "minicrm.contact-search.email")
def find_part_of_email(patch: pytest.MonkeyPatch) -> None:
    """Email finds addresses that hold the value."""

    @replaces(patch, contact_search, "match_field")
    def match_field(original: Callable[..., Any], each: Any, expression: str, text: str, language: Any) -> Any:
        if each.name == "Email":
            return f"instr({expression}, ?) > 0", [text]
        return original(each, expression, text, language)


@wrong_fake("minicrm.email-takes-like-wildcards", "minicrm.contact-search.email")
def like_email(patch: pytest.MonkeyPatch) -> None:
    """In Email `_` and `%` are wildcards: a_b finds a.b."""

    @replaces(patch, contact_search, "match_field")
    def match_field(original: Callable[..., Any], each: Any, expression: str, text: str, language: Any) -> Any:
        if each.name == "Email":
            return f"{expression} LIKE ?", [text]
        return original(each, expression, text, language)


@wrong_fake("minicrm.contact-criteria-joined-by-or", "minicrm.contact-search.and")
def join_by_or(patch: pytest.MonkeyPatch) -> None:
    """A contact that meets any one of the criteria is found."""

    class AnyCondition(contact_search.Conditions):
        @property
        def sql(self) -> str:
            return " OR ".join(self.parts) or "1"

    patch.setattr(contact_search, "Conditions", AnyCondition)


@wrong_fake("minicrm.contact-update-blanks-others", "minicrm.contact-update.only-what-is-sent")
def blank_others(patch: pytest.MonkeyPatch) -> None:
    """An update of a contact empties the fields that it does not name, but for the name."""
    kept = {"FirstName", "LastName", "Name"}

    @replaces(patch, contacts, "_write")
    def write(original: Callable[..., None], call: Call, contact: Contact, body: dict[str, object]) -> None:
        contact.fields = {name: value for name, value in contact.fields.items() if name in kept}
        original(call, contact, body)


@wrong_fake("minicrm.contact-update-drops-the-business", "minicrm.contact-update.business-stays")
def drop_business(patch: pytest.MonkeyPatch) -> None:
    """An update takes a person out of their business."""

    @replaces(patch, contacts, "_write")
    def write(original: Callable[..., None], call: Call, contact: Contact, body: dict[str, object]) -> None:
        contact.business_id = None
        original(call, contact, body)


@wrong_fake("minicrm.contact-update-creates", "minicrm.contact-update.unknown-id")
def create_instead(patch: pytest.MonkeyPatch) -> None:
    """An update of a contact that does not exist creates one."""

    @replaces_endpoint(patch, "Contact/{id}", "PUT")
    def update(original: Callable[[Call], Any], call: Call) -> object:
        try:
            return original(call)
        except Exception:
            body = call.read_body()
            if body.get("Type"):
                raise
            stand_in = {"Type": "Person", "LastName": "?", **body}
            return contacts.create_contact(replace(call, target="", body=json.dumps(stand_in).encode()))


@wrong_fake("minicrm.every-contact-is-a-person", "minicrm.contact-create.required")
def make_persons(patch: pytest.MonkeyPatch) -> None:
    """Type is ignored on creating: a business becomes a person without a last name."""

    @replaces(patch, contacts, "_read_type")
    def read_type(_original: object, _call: Call, body: dict[str, object]) -> str:
        body.pop("Type", None)
        if "Name" in body:
            body["LastName"] = body.pop("Name")
        return "Person"


@wrong_fake("minicrm.contact-needs-no-name", "minicrm.contact-create.required")
def need_no_name(patch: pytest.MonkeyPatch) -> None:
    """A contact is created without a name."""

    @replaces(patch, contacts, "complete_contact")
    def complete(original: Callable[..., None], contact: Contact) -> None:
        original(contact)
        contact.name = contact.name or "Nobody"


@wrong_fake("minicrm.contact-names-swapped", "minicrm.contact-create.person")
def swap_names(patch: pytest.MonkeyPatch) -> None:
    """A person's names are swapped on writing."""

    @replaces(patch, contacts, "_write")
    def write(original: Callable[..., None], call: Call, contact: Contact, body: dict[str, object]) -> None:
        swapped = {"FirstName": "LastName", "LastName": "FirstName"}
        original(call, contact, {swapped.get(name, name): value for name, value in body.items()})
