"""What a record looks like, and which records a request is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.ivinex_account import ID, PATH, SYSTEM_FIELDS, field_names, ids_of
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount
    from tests.contract.harness.responses import CrmResponse

_ALL = "Get Records / 1. Get All Records (Default Limit)"


def _read_raw(response: CrmResponse) -> list[dict[str, Any]]:
    value = response.json()
    return cast("dict[str, Any]", value)["Records"] if isinstance(value, dict) else value


@rule("ivinex.records.json", source="Base Info")
def check_json(ivinex: IvinexAccount) -> None:
    """Answers are JSON and say so: Content-Type application/json."""
    response = ivinex.ask(ivinex.main_module)
    response.json()
    expect_equal(response.media_type, "application/json", "the media type", response)


@rule("ivinex.records.envelope", source=_ALL, provenance="observed")
def check_envelope(ivinex: IvinexAccount) -> None:
    """A search answers an object whose only key, Records, holds the list of records (grade C)."""
    response = ivinex.ask(ivinex.main_module)
    value = response.json()
    is_so = isinstance(value, dict) and list(cast("dict[str, object]", value)) == ["Records"]
    expect(is_so, 'an object {"Records": [...]}', response.describe(), response)


@rule("ivinex.records.values-are-text", source=_ALL, provenance="observed")
def check_values_are_text(ivinex: IvinexAccount) -> None:
    """A record is flat, and each of its values is text or null, numbers included (grades B, C)."""
    response = ivinex.ask(ivinex.main_module, Limit="100")
    for record in _read_raw(response):
        for name, value in record.items():
            expect(value is None or isinstance(value, str), f"{name} to be text or null", repr(value), response)


@rule("ivinex.records.system-fields", source=_ALL, provenance="observed")
def check_system_fields(ivinex: IvinexAccount) -> None:
    """A record has collection_id, created_by, created_date, modified_by and modified_date (grade B)."""
    ivinex.need_records(1)
    response = ivinex.ask(ivinex.main_module)
    for record in _read_raw(response):
        missing = sorted(SYSTEM_FIELDS - set(record))
        expect(not missing, "all system fields", f"a record without {', '.join(missing)}", response)


@rule("ivinex.records.unique-ids", source="Update Record")
def check_unique_ids(ivinex: IvinexAccount) -> None:
    """No two records of a module have the same id."""
    ids = ids_of(ivinex.need_records(2))
    expect_same_ids(ids, set(ids), "the ids of all records")
    expect(all(one not in {"", "None"} for one in ids), "every record to have its collection_id", "one without")


@rule("ivinex.records.found-by-id", source="Get Records / 3. Get Specific Record(s) by Field")
def check_found_by_id(ivinex: IvinexAccount) -> None:
    """Every record that a search shows is found by its id, alone and with the same values."""
    records = ivinex.need_records(1)
    for record in (*records[:3], *records[-3:], records[len(records) // 2]):
        found = ivinex.search(ivinex.main_module, (ID, "Equal", str(record[ID])))
        expect_equal(found, [record], f"the records with {ID} {record[ID]}")


@rule("ivinex.records.id-alias", source="Get Records / Example Full Request")
def check_id_alias(ivinex: IvinexAccount) -> None:
    """In a filter `id` names the record's id, as in the document's full request."""
    ids = ivinex.need_numbers(5)
    middle = ids[2]
    found = ids_of(ivinex.search_all(ivinex.main_module, ("id", "GreaterThan", str(middle))))
    expect_same_ids(found, [str(one) for one in ids if one > middle], f"the records with an id above {middle}")


@rule("ivinex.records.module", source="Base Info")
def check_module(ivinex: IvinexAccount) -> None:
    """CollectionTypeID determines the module: each has fields and records of its own."""
    if len(ivinex.modules) < 2:
        raise NotTestedError("only one module is known (IVINEX_MODULES)")
    fields: dict[str, set[str]] = {}
    for module in ivinex.modules.values():
        records = ivinex.search(module, Limit="100")
        if records:
            fields[module] = set(field_names(records))
    for module, names in fields.items():
        for other, others in fields.items():
            expect(module == other or names != others, f"module {module} to have other fields than {other}", names)


@rule("ivinex.records.module-is-needed", source="Base Info")
def check_module_is_needed(ivinex: IvinexAccount) -> None:
    """Every request uses a CollectionTypeID: without one no records are answered."""
    for query in ({}, {"CollectionTypeID": ""}, {"Limit": "5"}):
        response = ivinex.send("GET", PATH, query)
        expect(not _has_records(response), "no records without a CollectionTypeID", response.describe(), response)


@rule("ivinex.records.unknown-module", source="Base Info")
def check_unknown_module(ivinex: IvinexAccount) -> None:
    """A module that does not exist has no records."""
    for module in ("99999989", "abc", f"{ivinex.main_module}x"):
        response = ivinex.ask(module)
        expect(not _has_records(response), f"no records of a module {module}", response.describe(), response)


@rule("ivinex.records.unknown-module-status", source="Base Info", provenance="assumed")
def check_unknown_module_status(ivinex: IvinexAccount) -> None:
    """A missing or unknown CollectionTypeID is refused with 400."""
    for query in ({}, {"CollectionTypeID": "99999989"}):
        response = ivinex.send("GET", PATH, query)
        expect(response.status == 400, "status 400", response.describe(), response)


@rule("ivinex.records.repeatable", source=_ALL)
def check_repeatable(ivinex: IvinexAccount) -> None:
    """The same request, asked again, is answered the same."""
    first = ivinex.search(ivinex.main_module, Limit="100")
    expect_equal(ivinex.search(ivinex.main_module, Limit="100"), first, "the second answer")


@rule("ivinex.records.default-order", source=_ALL, provenance="assumed")
def check_default_order(ivinex: IvinexAccount) -> None:
    """Without OrderBy the ids ascend, as numbers: 9, 10, 100."""
    ordered = ivinex.need_numbers(2)
    expect_equal([int(one) for one in ids_of(ivinex.list_records())], ordered, "the ids")


@rule("ivinex.records.unknown-parameter", source=_ALL, provenance="assumed")
def check_unknown_parameter(ivinex: IvinexAccount) -> None:
    """A parameter that means nothing changes nothing."""
    plain = ivinex.search(ivinex.main_module)
    expect_equal(ivinex.search(ivinex.main_module, Nonsense="1"), plain, "the answer with Nonsense=1")


def _has_records(response: CrmResponse) -> bool:
    if response.status != 200:
        return False
    value = response.json()
    records: object = cast("dict[str, object]", value).get("Records") if isinstance(value, dict) else value
    return isinstance(records, list) and bool(cast("list[object]", records))
