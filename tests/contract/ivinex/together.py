"""Parameters that are sent together, many filters at once, and fields that no other rule looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, as_sent, field_names, ids_of
from tests.contract.harness.accounts.ivinex_writes import build_change, is_success, second_field
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import Condition, IvinexAccount

_FILTERS = "Get Records / Understanding Filters"
_LABELS = "Get Records / 8. LookupOptionText"
_LONGEST_SOUGHT = 200


def _find(ivinex: IvinexAccount, *conditions: Condition) -> list[str]:
    return ids_of(ivinex.search_all(ivinex.main_module, *conditions))


@rule("ivinex.filters.many", source=_FILTERS)
def check_many(ivinex: IvinexAccount) -> None:
    """Each of several filters counts, the fourth and the fifth too."""
    ids = ivinex.need_numbers(8)
    out = [ids[2], ids[3], ids[5]]
    conditions: list[Condition] = [(ID, "GreaterThan", str(ids[0])), (ID, "LessThan", str(ids[-1]))]
    conditions += [(ID, "NotEqual", str(one)) for one in out]
    wanted = [str(one) for one in ids[1:-1] if one not in out]
    for order in (conditions, conditions[::-1]):
        expect_same_ids(_find(ivinex, *order), wanted, f"the records for all of {order}")


@rule("ivinex.filters.every-field", source="Get Records / 3. Get Specific Record(s) by Field")
def check_every_field(ivinex: IvinexAccount) -> None:
    """Records are found by whichever field, one that holds an option or a link too."""
    records = ivinex.need_records(2)
    for field in field_names(records):
        text = next((value for record in records if (value := record.get(field))), "")
        if not text or len(text) > _LONGEST_SOUGHT or (text[:4].isdigit() and text[4:5] == "-"):
            continue  # how a date equals is a rule of its own
        wanted = {str(record[ID]) for record in records if record.get(field) == text}
        missing = sorted(wanted - set(_find(ivinex, (field, "Equal", text))))
        expect(not missing, f"all {len(wanted)} records whose {field} is {text!r}", f"{missing[:8]} missing")


@rule("ivinex.filters.text-comparisons", source=_FILTERS, provenance="assumed")
def check_text_comparisons(ivinex: IvinexAccount) -> None:
    """Text is compared too: what has a value is either greater than a text or less than or equal to it."""
    field, _ = ivinex.find_text_field(lambda value: value.isascii() and value.isalpha())
    filled = [record for record in ivinex.need_records(3) if record.get(field)]
    words = sorted({str(record[field]) for record in filled}, key=str.casefold)
    bound = words[len(words) // 2 - 1]
    above, rest = _find(ivinex, (field, "GreaterThan", bound)), _find(ivinex, (field, "LessThanEqual", bound))
    expect(bool(above) and bool(rest), f"records above {bound!r} and others", f"{len(above)} and {len(rest)}")
    expect_same_ids([*above, *rest], ids_of(filled), f"the records with a {field}, on one side of {bound!r}")


@rule("ivinex.filters.decimal-bound", source=_FILTERS, provenance="assumed")
def check_decimal_bound(ivinex: IvinexAccount) -> None:
    """A bound may have decimals, which count: 9 is less than 9.5, and 10 is not."""
    field = ivinex.find_number_field()
    numbers = sorted(set(ivinex.need_numbers(3, field=field)))
    bound = numbers[len(numbers) // 2]
    records = [record for record in ivinex.list_records() if record.get(field)]
    for operand, is_above in (("GreaterThan", True), ("LessThan", False)):
        wanted = [str(each[ID]) for each in records if (int(each[field] or 0) > bound) == is_above]
        expect_same_ids(
            _find(ivinex, (field, operand, f"{bound}.5")), wanted, f"those whose {field} {operand} {bound}.5"
        )


@rule("ivinex.options.same-search", source=_LABELS)
def check_same_search(ivinex: IvinexAccount) -> None:
    """LookupOptionText changes neither filters, order nor page."""
    ids = ivinex.need_numbers(6)
    condition = (ID, "GreaterThan", str(ids[1]))
    for parameters in ({"OrderBy": f"{ID} DESC"}, {"Limit": "3", "Offset": "1"}, {"OrderBy": "created_date DESC"}):
        plain, labelled = (
            ids_of(ivinex.search(ivinex.main_module, condition, **parameters, **labels))
            for labels in ({}, {"LookupOptionText": "true"})
        )
        expect_equal(labelled, plain, f"the ids for {parameters} with LookupOptionText=true")


@rule("ivinex.options.filter-by-id", source=_LABELS, provenance="assumed")
def check_filter_by_id(ivinex: IvinexAccount) -> None:
    """An option field is filtered by the option's id, with LookupOptionText=true as without."""
    option = next((record["contact_type"] for record in ivinex.need_records(1) if record.get("contact_type")), None)
    if option is None:
        raise NotTestedError("no record has a contact_type")
    condition = ("contact_type", "Equal", option)
    plain = ids_of(ivinex.search(ivinex.main_module, condition, Limit="100"))
    labelled = ids_of(ivinex.search(ivinex.main_module, condition, Limit="100", LookupOptionText="true"))
    expect(bool(plain), f"records with contact_type {option}", "none")
    expect_equal(labelled, plain, f"the ids for contact_type {option} with LookupOptionText=true")


@rule("ivinex.paging.default-limit-of-searches", source="Get Records / 1. Get All Records (Default Limit)")
def check_default_limit_of_searches(ivinex: IvinexAccount) -> None:
    """Without Limit 10 records are answered, where there are filters or an order too."""
    ids = ivinex.need_numbers(13)
    found = ivinex.search(ivinex.main_module, (ID, "GreaterThan", str(ids[0])))
    expect_equal(len(found), 10, "the number of records with a filter")
    found = ivinex.search(ivinex.main_module, OrderBy=f"{ID} DESC")
    expect_equal(len(found), 10, "the number of records with an order")
    found = ivinex.search(ivinex.main_module, LookupOptionText="true")
    expect_equal(len(found), 10, "the number of records with LookupOptionText=true")


@rule("ivinex.update.note-stays-linked", source="Update Record / Update Note Example", writes=True)
def check_note_stays_linked(ivinex: IvinexAccount) -> None:
    """A note whose description is updated stays linked to its contact."""
    if ivinex.home is None:
        raise NotTestedError("a sandbox has one module, and the rule needs contacts and notes")
    module = ivinex.modules["note"]
    note = next(record for record in ivinex.list_records(module) if record.get("contact"))
    linked = (ID, "LinkedTo", f"{ivinex.main_module}:{note['contact']}")
    body = {**build_change(ivinex, as_sent(str(note[ID])), description="Updated Note."), "CollectionTypeID": module}
    [result] = ivinex.write(body)
    expect(is_success(result), "Status Success", result)
    found = {str(each[ID]): each for each in ivinex.search(module, linked, Limit="100")}
    stored = found.get(str(note[ID]), {}).get("description")
    expect_equal(stored, "Updated Note.", f"the description of note {note[ID]}, found by its contact")


@rule("ivinex.create.every-field", source="Create Record / Create New Contact Example", writes=True)
def check_every_field_kept(ivinex: IvinexAccount) -> None:
    """A new contact keeps each field of the document's example: names, phone and e-mail address."""
    example = {"last_name": "Doe", "first_name": "John", "phone": "+12345678", "email": "johndoe@ivinex.com"}
    known = set(field_names(ivinex.need_records(1)))
    values = {name: text for name, text in example.items() if name in known and name != ivinex.name_field}
    if not values:
        raise NotTestedError("the module has none of the example's fields")
    stored = ivinex.fetch(ivinex.make(**values))
    expect_equal({name: stored.get(name) for name in values}, values, "the stored fields")


@rule("ivinex.update.its-module-alone", source="Update Record", writes=True)
def check_its_module_alone(ivinex: IvinexAccount) -> None:
    """An update changes no record of another module, not even the one that has the same id."""
    if ivinex.home is None:
        raise NotTestedError("a sandbox has one module, and the rule needs a record that is in two")
    module = ivinex.modules["note"]
    before = ivinex.search_all(module)
    record = next(each for each in ids_of(ivinex.list_records()) if each in ids_of(before))
    [result] = ivinex.write(build_change(ivinex, as_sent(record), **{second_field(ivinex): "changed"}))
    expect(is_success(result), "Status Success", result)
    expect_equal(ivinex.search_all(module), before, f"the records of module {module}")


@rule("ivinex.update.full-name", source="Get Records / Example Filter Request", provenance="assumed", writes=True)
def check_full_name(ivinex: IvinexAccount) -> None:
    """Where full_name is the first and the last name, it follows an update of one of them."""
    first = {"first_name": "Before", second_field(ivinex): "x"}
    made = ivinex.make(**first)
    before = ivinex.fetch(made).get("full_name") or ""
    if "Before" not in before:
        raise NotTestedError("the module has no full_name that holds the first name")
    ivinex.write(build_change(ivinex, as_sent(made), first_name="After"))
    expect_equal(ivinex.fetch(made).get("full_name"), before.replace("Before", "After"), "full_name after the update")
