"""Creating and updating records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.ivinex_account import ID, PATH, as_sent, ids_of, is_digits
from tests.contract.harness.accounts.ivinex_writes import build_new, is_success, second_field
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount

_CREATE = "Create Record"
ODD_TEXTS = (
    "árvíztűrő tükörfúrógép", "张伟", "🎉 party", 'said "yes"', "back\\slash", "two\nlines", "tab\there",
    "100% a+b & c=d #e", "<b>bold</b>", "%2B %20", "it's", "\u2028", "null", "  spaces inside  kept",
)  # fmt: skip


def _count(ivinex: IvinexAccount) -> int:
    return len(ivinex.search_all(ivinex.writable_module))


def _check_result_shape(result: dict[str, Any], module: str, record: str | None) -> None:
    keys = ["CollectionTypeID", "CollectionID", "Status", "Message", "RelatedRecords"]
    expect_equal(sorted(result), sorted(keys), "the keys of a result")
    expect_equal(result["CollectionTypeID"], as_sent(module), "CollectionTypeID")
    is_id = isinstance(result["CollectionID"], int) and not isinstance(result["CollectionID"], bool)
    expect(is_id, "CollectionID to be a number", repr(result["CollectionID"]))
    expect(record is None or str(result["CollectionID"]) == record, f"CollectionID {record}", result["CollectionID"])
    wanted: tuple[object, ...] = ("Success", "", [])
    expect_equal(
        (result["Status"], result["Message"], result["RelatedRecords"]), wanted, "Status, Message, RelatedRecords"
    )


@rule("ivinex.create.answer", source="Create Record / Example Response", writes=True)
def check_create_response(ivinex: IvinexAccount) -> None:
    """Creating answers a list of CollectionTypeID, CollectionID, Status Success, empty Message and RelatedRecords."""
    [result] = ivinex.write(build_new(ivinex))
    _check_result_shape(result, ivinex.writable_module, None)


@rule("ivinex.create.media-type", source="Base Info", writes=True)
def check_create_media_type(ivinex: IvinexAccount) -> None:
    """The answer to a write is JSON and says so."""
    response = ivinex.send("POST", PATH, body={"Records": [build_new(ivinex)]})
    expect_equal(response.media_type, "application/json", "the media type", response)


@rule("ivinex.create.stored", source="Create Record / Create New Contact Example", writes=True)
def check_create_stored(ivinex: IvinexAccount) -> None:
    """A new record is found by its id and holds the fields that were sent."""
    field = second_field(ivinex)
    body = build_new(ivinex, **{field: "someone@example.com"})
    [result] = ivinex.write(body)
    found = ivinex.fetch(str(result["CollectionID"]))
    wanted = {ivinex.name_field: body[ivinex.name_field], field: "someone@example.com"}
    expect_equal({name: found.get(name) for name in wanted}, wanted, "the stored fields")


@rule("ivinex.create.one-more", source=_CREATE, writes=True)
def check_one_more(ivinex: IvinexAccount) -> None:
    """Creating adds one record with an id that no record had, and changes no other."""
    before = {str(record[ID]): record for record in ivinex.search_all(ivinex.writable_module)}
    made = ivinex.make()
    after = {str(record[ID]): record for record in ivinex.search_all(ivinex.writable_module)}
    expect(made not in before, "an id that was not in use", made)
    expect_equal(sorted(after), sorted([*before, made]), "the ids after it")
    expect_equal({one: after[one] for one in before}, before, "the other records")


@rule("ivinex.create.new-ids", source=_CREATE, writes=True)
def check_new_ids(ivinex: IvinexAccount) -> None:
    """The same record, created twice, is two records with two ids."""
    made = [ivinex.make(name="twin") for _ in range(3)]
    expect_equal(len(set(made)), 3, "the number of different ids")
    for one in made:
        ivinex.fetch(one)


@rule("ivinex.create.several", source="Create Record / Request Body (Structure)", writes=True)
def check_several(ivinex: IvinexAccount) -> None:
    """Records is a list: several are created in one request, with a result each in their order."""
    bodies = [build_new(ivinex, name=f"number {place}") for place in range(4)]
    results = ivinex.write(*bodies)
    expect(all(is_success(result) for result in results), "four times Success", results)
    names = [ivinex.fetch(str(result["CollectionID"])).get(ivinex.name_field) for result in results]
    expect_equal(names, [body[ivinex.name_field] for body in bodies], "the names behind the results' ids")


@rule("ivinex.create.quoted-module", source="Create Record / Create New Note Example", writes=True)
def check_quoted_module(ivinex: IvinexAccount) -> None:
    """CollectionTypeID may be quoted, as in the note example."""
    [result] = ivinex.write({**build_new(ivinex), "CollectionTypeID": ivinex.writable_module})
    expect(is_success(result), "Status Success", result)
    ivinex.fetch(str(result["CollectionID"]))


@rule("ivinex.create.note", source="Create Record / Create New Note Example", writes=True)
def check_create_note(ivinex: IvinexAccount) -> None:
    """A note with a contact is linked to that contact."""
    if ivinex.home is None:
        raise NotTestedError("a sandbox has one module, and the rule needs contacts and notes")
    note, contact = ivinex.modules["note"], ids_of(ivinex.need_records(1))[-1]
    for value in (contact, as_sent(contact)):
        [result] = ivinex.write({"CollectionTypeID": note, "description": "I love it", "contact": value})
        linked = ivinex.search(note, (ID, "LinkedTo", f"{ivinex.main_module}:{contact}"), Limit="100")
        expect(str(result["CollectionID"]) in ids_of(linked), f"the note linked to contact {contact}", ids_of(linked))


@rule("ivinex.create.texts", source=_CREATE, writes=True)
def check_texts(ivinex: IvinexAccount) -> None:
    """Every text reads back as it was written: accents, emoji, quotation marks, line breaks, percent signs."""
    field = second_field(ivinex)
    results = ivinex.write(*(build_new(ivinex, **{field: text}) for text in ODD_TEXTS))
    for text, result in zip(ODD_TEXTS, results, strict=True):
        expect_equal(ivinex.fetch(str(result["CollectionID"])).get(field), text, f"the stored {field}")


@rule("ivinex.create.raw-utf8", source="Base Info", writes=True)
def check_raw_utf8(ivinex: IvinexAccount) -> None:
    """A body in UTF-8 means what its JSON escapes mean."""
    name = f"{ivinex.sandbox.prefix}é 🎉"
    build_new(ivinex)  # tells whether the run may write
    text = f'{{"Records":[{{"CollectionTypeID":{ivinex.writable_module},"{ivinex.name_field}":"{name}"}}]}}'
    [result] = ivinex.send("POST", PATH, raw_body=text.encode()).json()
    expect_equal(ivinex.fetch(str(result["CollectionID"])).get(ivinex.name_field), name, "the stored name")


@rule("ivinex.create.numbers", source="Create Record / Create New Contact Example", writes=True)
def check_numbers(ivinex: IvinexAccount) -> None:
    """A value may be a bare number or quoted: both are stored alike."""
    field = "contact_type" if "contact_type" in ivinex.list_records()[0] else ""
    value = next((record[field] for record in ivinex.list_records() if field and record[field]), None)
    if value is None or not is_digits(value):
        raise NotTestedError("no record has a contact_type that is a number")
    results = ivinex.write(build_new(ivinex, "record", **{field: int(value)}), build_new(ivinex, **{field: value}))
    stored = [ivinex.fetch(str(result["CollectionID"])).get(field) for result in results]
    expect_equal(stored, [value, value], f"{field} of both records")


@rule("ivinex.create.unreadable", source=_CREATE, provenance="assumed", writes=True)
def check_unreadable(ivinex: IvinexAccount) -> None:
    """A body that is no {"Records": [...]} is refused with 400, and nothing is written."""
    before = _count(ivinex)
    for body in (b"", b"{", b"[]", b"null", b'{"Records":{}}', b'{"records":[]}', b'{"Records":[{"a":1,}]}'):
        response = ivinex.send("POST", PATH, raw_body=body)
        expect(response.status == 400, f"status 400 for {body.decode()!r}", response.describe(), response)
    expect_equal(_count(ivinex), before, "the number of records")


@rule("ivinex.create.unknown-module", source=_CREATE, writes=True)
def check_create_unknown_module(ivinex: IvinexAccount) -> None:
    """A record of a module that does not exist, or of none, is no success."""
    nameless = {name: value for name, value in build_new(ivinex).items() if name != "CollectionTypeID"}
    before = _count(ivinex)
    for record in ({**nameless, "CollectionTypeID": 99999989}, nameless):
        response = ivinex.send("POST", PATH, body={"Records": [record]})
        is_refused = response.status >= 400 or not any(is_success(result) for result in response.json())
        expect(is_refused, "no Success", response.describe(), response)
    expect_equal(_count(ivinex), before, "the number of records of the main module")


@rule("ivinex.create.unknown-field", source=_CREATE, provenance="assumed", writes=True)
def check_create_unknown_field(ivinex: IvinexAccount) -> None:
    """A record with a field that the module does not have fails, and is not written in part."""
    before = _count(ivinex)
    [result] = ivinex.write(build_new(ivinex, no_such_field_here="x"))
    expect(not is_success(result) and bool(result["Message"]), "a Status other than Success and a Message", result)
    expect_equal(_count(ivinex), before, "the number of records")


@rule("ivinex.create.failed-record-alone", source=_CREATE, provenance="assumed", writes=True)
def check_failed_record_alone(ivinex: IvinexAccount) -> None:
    """A record that fails is a result of its own in a 200 answer; the others of the request go through."""
    before = _count(ivinex)
    results = ivinex.write(
        build_new(ivinex, name="first"), build_new(ivinex, no_such_field_here="x"), build_new(ivinex, name="last")
    )
    expect_equal([is_success(result) for result in results], [True, False, True], "which results are Success")
    expect_equal(_count(ivinex), before + 2, "the number of records")
    for place, name in ((0, "first"), (2, "last")):
        stored = ivinex.fetch(str(results[place]["CollectionID"]))
        expect_equal(stored.get(ivinex.name_field), f"{ivinex.sandbox.prefix}{name}", "the stored name")
