"""That values are neither cut, trimmed nor mistaken for one another on their way in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, as_sent, field_names, ids_of
from tests.contract.harness.accounts.ivinex_writes import build_change, second_field
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount

_ADVANCED = "Get Records / 9. Advanced Filtering"
_UNDERSTANDING = "Get Records / Understanding Filters"
LONG_TEXT = "Árvíztűrő tükörfúrógép. " * 125


@rule("ivinex.filters.spaces-count", source=_ADVANCED, provenance="assumed")
def check_spaces_count(ivinex: IvinexAccount) -> None:
    """A space at the beginning or end of a value counts: Contains " x" finds fewer than Contains "x"."""
    records = ivinex.need_records(2)
    for field in field_names(records):
        values = [record.get(field) or "" for record in records]
        for part in sorted({value[at : at + 2] for value in values for at in range(len(value)) if value[at] == " "}):
            with_space = [record for record in records if part.casefold() in (record.get(field) or "").casefold()]
            without = [record for record in records if part[1:].casefold() in (record.get(field) or "").casefold()]
            if part.isascii() and part[1:].isalpha() and len(with_space) < len(without):
                found = ivinex.search_all(ivinex.main_module, (field, "Contains", part))
                expect_same_ids(ids_of(found), ids_of(with_space), f"the records whose {field} contains {part!r}")
                return
    raise NotTestedError("no letter stands after a space in one record and elsewhere in another")


@rule("ivinex.filters.equal-empty", source=_UNDERSTANDING, provenance="assumed")
def check_equal_empty(ivinex: IvinexAccount) -> None:
    """Equal with empty text finds the records without a value, null or empty, and NotEqual all others."""
    records = ivinex.need_records(2)
    for field in field_names(records):
        empty = [record for record in records if not record.get(field)]
        if empty and any(record.get(field) is None for record in empty) and len(empty) < len(records):
            found = ids_of(ivinex.search_all(ivinex.main_module, (field, "Equal", "")))
            others = ids_of(ivinex.search_all(ivinex.main_module, (field, "NotEqual", "")))
            expect_same_ids(found, ids_of(empty), f"the records without {field}")
            expect_same_ids(others, set(ids_of(records)) - set(ids_of(empty)), f"the records with {field}")
            return
    raise NotTestedError("no field is missing in some records and filled in others")


@rule("ivinex.filters.contains-or-not", source=_ADVANCED)
def check_contains_or_not(ivinex: IvinexAccount) -> None:
    """Contains and NotContains divide the records that have a value, in whichever case the text is written."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isalpha() and value.isascii())
    filled = {
        record_id
        for record_id, record in ((str(each[ID]), each) for each in ivinex.need_records(2))
        if record.get(field)
    }
    for part in (text[:3], text[:3].swapcase()):
        found = {
            operand: filled & set(ids_of(ivinex.search_all(ivinex.main_module, (field, operand, part))))
            for operand in ("Contains", "NotContains")
        }
        both = sorted(found["Contains"] & found["NotContains"])
        expect(not both, f"no record whose {field} both contains {part!r} and does not", both[:12])
        expect_same_ids(found["Contains"] | found["NotContains"], filled, f"the records with {field} for {part!r}")


@rule("ivinex.options.labels-on-every-page", source="Get Records / 8. LookupOptionText", provenance="assumed")
def check_labels_on_every_page(ivinex: IvinexAccount) -> None:
    """LookupOptionText answers a record alike, whichever page it is on."""
    ivinex.need_records(3)
    module = ivinex.main_module
    first = ivinex.search(module, Limit="3", LookupOptionText="true")
    later = ivinex.search(module, Limit="2", Offset="1", LookupOptionText="true")
    expect_equal(later, first[1:], "the second and third record on a page that begins with them")


@rule("ivinex.create.long-text", source="Create Record", provenance="assumed", writes=True)
def check_long_text(ivinex: IvinexAccount) -> None:
    """A text of 3000 characters reads back whole, in a search and by its end."""
    field = next((name for name in ("remarks", "description") if name in field_names(ivinex.need_records(1))), "")
    if not field:
        raise NotTestedError("the module has no field for long text that is known")
    made = ivinex.make(**{field: LONG_TEXT.strip()})
    stored = ivinex.fetch(made).get(field) or ""
    expect_equal(len(stored), len(LONG_TEXT.strip()), f"the length of {field}")
    expect(stored == LONG_TEXT.strip(), "the text as it was written", repr(stored[-40:]))


@rule("ivinex.update.modified-date", source="Update Record", provenance="observed", writes=True)
def check_modified_date(ivinex: IvinexAccount) -> None:
    """An update moves modified_date forward (grade B)."""
    if ivinex.home is None:
        raise NotTestedError("a record of this run is not yet a second old")
    record = ivinex.need_records(1)[0]
    before, record_id = record.get("modified_date") or "", as_sent(str(record[ID]))
    ivinex.write(build_change(ivinex, record_id, **{second_field(ivinex): "changed"}))
    after = ivinex.fetch(str(record_id)).get("modified_date") or ""
    expect(after > before, f"modified_date after {before!r}", repr(after))
