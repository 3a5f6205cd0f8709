"""Updating records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, as_sent, ids_of, is_digits
from tests.contract.harness.accounts.ivinex_writes import build_change, is_success, read_all, second_field
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount, Record

_UPDATE = "Update Record"
_STAMPS = frozenset({"modified_by", "modified_date"})


def _without_stamps(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in _STAMPS}


@rule("ivinex.update.answer", source="Update Record / Example Response", writes=True)
def check_update_response(ivinex: IvinexAccount) -> None:
    """Updating answers the record's id with Status Success, in the shape that creating answers."""
    made = ivinex.make()
    [result] = ivinex.write(build_change(ivinex, as_sent(made), **{second_field(ivinex): "x"}))
    wanted: dict[str, object] = {
        "CollectionTypeID": as_sent(ivinex.writable_module),
        "CollectionID": as_sent(made),
        "Status": "Success",
        "Message": "",
        "RelatedRecords": [],
    }
    expect_equal(result, wanted, "the result")


@rule("ivinex.update.only-what-is-sent", source=_UPDATE, writes=True)
def check_only_what_is_sent(ivinex: IvinexAccount) -> None:
    """An update changes the fields that were sent and no others."""
    field = second_field(ivinex)
    made = ivinex.make(**{field: "before"})
    before = ivinex.fetch(made)
    ivinex.write(build_change(ivinex, as_sent(made), **{field: "after"}))
    wanted = {**_without_stamps(before), field: "after"}
    expect_equal(_without_stamps(ivinex.fetch(made)), wanted, "the record after the update")


@rule("ivinex.update.no-new-record", source=_UPDATE, writes=True)
def check_no_new_record(ivinex: IvinexAccount) -> None:
    """An update makes no new record, and changes none but the one that CollectionID names."""
    made, other = ivinex.make(), ivinex.make(name="other")
    before = read_all(ivinex)
    ivinex.write(build_change(ivinex, as_sent(made), **{second_field(ivinex): "after"}))
    after = read_all(ivinex)
    expect_equal(sorted(after), sorted(before), "the ids")
    expect_equal(after[other], before[other], "the other record")
    changed = [one for one in before if before[one] != after.get(one)]
    expect_equal(changed, [made], "the ids of the records that changed")


@rule("ivinex.update.quoted-id", source="Update Record / Request Body (Structure)", writes=True)
def check_quoted_id(ivinex: IvinexAccount) -> None:
    """CollectionID may be quoted, as in the structure, or bare, as in the examples."""
    made, field = ivinex.make(), second_field(ivinex)
    for record_id, text in ((made, "quoted"), (as_sent(made), "bare")):
        [result] = ivinex.write(build_change(ivinex, record_id, **{field: text}))
        expect(is_success(result), f"Status Success for the {text} id", result)
        expect_equal(ivinex.fetch(made).get(field), text, f"{field} after the {text} id")


@rule("ivinex.update.found-by-new-value", source=_UPDATE, writes=True)
def check_found_by_new_value(ivinex: IvinexAccount) -> None:
    """After an update the record is found by its new value and not by its old one."""
    field = second_field(ivinex)
    old, new = f"{ivinex.sandbox.prefix}old-value", f"{ivinex.sandbox.prefix}new-value"
    made = ivinex.make(**{field: old})
    ivinex.write(build_change(ivinex, as_sent(made), **{field: new}))
    found = [ids_of(ivinex.search(ivinex.writable_module, (field, "Equal", text))) for text in (old, new)]
    expect(made not in found[0], f"record {made} no longer found by its old value", found[0])
    expect(made in found[1], f"record {made} found by its new value", found[1])


@rule("ivinex.update.several", source=_UPDATE, writes=True)
def check_update_several(ivinex: IvinexAccount) -> None:
    """Updates and creations go in one request, told apart by CollectionID alone."""
    field, made = second_field(ivinex), ivinex.make()
    new = {"CollectionTypeID": as_sent(ivinex.writable_module), ivinex.name_field: f"{ivinex.sandbox.prefix}mixed"}
    results = ivinex.write(build_change(ivinex, as_sent(made), **{field: "mixed"}), new)
    expect_equal(str(results[0]["CollectionID"]), made, "the id of the updated record")
    expect(str(results[1]["CollectionID"]) != made, "another id for the new record", results[1])
    expect_equal(ivinex.fetch(made).get(field), "mixed", f"{field} of the updated record")
    ivinex.fetch(str(results[1]["CollectionID"]))


def _write_to_missing(ivinex: IvinexAccount, record_id: object) -> bool:
    """Tell whether an update of a record that does not exist was called a success."""
    response = ivinex.send(
        "POST", "/API/Records.php", body={"Records": [build_change(ivinex, record_id, **{second_field(ivinex): "x"})]}
    )
    return response.status < 400 and any(is_success(result) for result in response.json())


@rule("ivinex.update.unknown-id", source=_UPDATE, writes=True)
def check_unknown_id(ivinex: IvinexAccount) -> None:
    """An update needs the CollectionID of a record: one that does not exist is no success, and creates nothing."""
    ivinex.make()
    before = read_all(ivinex)
    above = [max(int(one) for one in before) + 1] if all(map(is_digits, before)) else []
    for record_id in (*above, 99999989, "99999989", 0, "", "abc"):
        is_success = _write_to_missing(ivinex, record_id)
        expect(not is_success, f"no Success for CollectionID {record_id!r}", "Success")
    expect_equal(read_all(ivinex), before, "all records")


@rule("ivinex.update.failed-record-alone", source=_UPDATE, provenance="assumed", writes=True)
def check_failed_update_alone(ivinex: IvinexAccount) -> None:
    """An update that fails does not keep the others of the request from going through."""
    field, made = second_field(ivinex), ivinex.make()
    results = ivinex.write(
        build_change(ivinex, 99999989, **{field: "x"}), build_change(ivinex, as_sent(made), **{field: "through"})
    )
    expect_equal([is_success(result) for result in results], [False, True], "which results are Success")
    expect_equal(ivinex.fetch(made).get(field), "through", f"{field} of the record that exists")


@rule("ivinex.update.refused-changes-nothing", source=_UPDATE, provenance="assumed", writes=True)
def check_refused_changes_nothing(ivinex: IvinexAccount) -> None:
    """An update with one field that does not exist fails as a whole: its other fields are not written either."""
    field = second_field(ivinex)
    made = ivinex.make(**{field: "before"})
    before = ivinex.fetch(made)
    for order in ((field, "no_such_field_here"), ("no_such_field_here", field)):
        [result] = ivinex.write(build_change(ivinex, as_sent(made), **dict.fromkeys(order, "after")))
        expect(not is_success(result), "a Status other than Success", result)
        expect_equal(ivinex.fetch(made), before, "the record")


@rule("ivinex.update.clears", source=_UPDATE, provenance="assumed", writes=True)
def check_clears(ivinex: IvinexAccount) -> None:
    """Empty text and null take a value away."""
    field = second_field(ivinex)
    for empty in ("", None):
        made = ivinex.make(**{field: "something"})
        ivinex.write(build_change(ivinex, as_sent(made), **{field: empty}))
        stored = ivinex.fetch(made).get(field)
        expect(not stored, f"{field} to be empty after {empty!r}", repr(stored))


@rule("ivinex.update.creation-stays", source=_UPDATE, provenance="observed", writes=True)
def check_creation_stays(ivinex: IvinexAccount) -> None:
    """created_date and created_by stay what they were (grade B)."""
    made = ivinex.make()
    before = ivinex.fetch(made)
    ivinex.write(build_change(ivinex, as_sent(made), **{second_field(ivinex): "x"}))
    after = ivinex.fetch(made)
    for name in ("created_date", "created_by"):
        expect_equal(after.get(name), before.get(name), name)


@rule("ivinex.update.id-is-read-only", source=_UPDATE, provenance="assumed", writes=True)
def check_id_is_read_only(ivinex: IvinexAccount) -> None:
    """A record's collection_id can not be written."""
    made = ivinex.make()
    before = sorted(read_all(ivinex))
    ivinex.write(build_change(ivinex, as_sent(made), **{ID: "99999989"}))
    expect_equal(sorted(read_all(ivinex)), before, "the ids")
