"""Several filters, wildcards that are none, and Filters that cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from tests.contract.harness.accounts.ivinex_account import ID, ids_of, read_records
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount
    from tests.contract.harness.responses import CrmResponse

_FILTERS = "Get Records / Understanding Filters"
_ADVANCED = "Get Records / 9. Advanced Filtering"
OPERANDS = (
    "Equal", "In", "Contains", "NotContains", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan",
    "LessThanEqual", "StartsWith",
)  # fmt: skip


def _find(ivinex: IvinexAccount, *conditions: tuple[str, str, object]) -> set[str]:
    return set(ids_of(ivinex.search_all(ivinex.main_module, *conditions)))


@rule("ivinex.filters.and", source="Get Records / Example Filter Request")
def check_and(ivinex: IvinexAccount) -> None:
    """Several filters must all hold: the records found are those that each of them finds."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 2)
    ids = ivinex.need_numbers(4)
    conditions = [
        (field, "Contains", text[:2]),
        (ID, "GreaterThan", str(ids[len(ids) // 4])),
        (ID, "LessThan", str(ids[-len(ids) // 4])),
    ]
    alone = [_find(ivinex, condition) for condition in conditions]
    for chosen in ((0, 1), (1, 0), (1, 2), (0, 1, 2), (2, 1, 0)):
        found = _find(ivinex, *(conditions[place] for place in chosen))
        wanted = alone[chosen[0]].intersection(*(alone[place] for place in chosen))
        expect_same_ids(found, wanted, f"the records for all of {[conditions[place] for place in chosen]}")


@rule("ivinex.filters.same-field-twice", source=_ADVANCED)
def check_same_field_twice(ivinex: IvinexAccount) -> None:
    """Two filters on one field, Contains and NotContains, must both hold."""
    records = ivinex.need_records(2)
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isascii())
    part, other = text[:2], text[-2:]
    found = _find(ivinex, (field, "Contains", part), (field, "NotContains", other))
    values = {str(record[ID]): (record.get(field) or "").casefold() for record in records}
    wanted = {one for one, value in values.items() if part.casefold() in value and other.casefold() not in value}
    exact = {str(r[ID]) for r in records if part in (r.get(field) or "") and other not in (r.get(field) or "")}
    expect(
        found in (wanted, exact), f"the {len(wanted)} records with {part!r} but not {other!r} in {field}", len(found)
    )


@rule("ivinex.filters.contradiction", source=_FILTERS)
def check_contradiction(ivinex: IvinexAccount) -> None:
    """Two filters that no record can meet both find nothing."""
    ids = ids_of(ivinex.need_records(2))
    found = _find(ivinex, (ID, "Equal", ids[0]), (ID, "Equal", ids[1]))
    expect_same_ids(found, [], f"the records whose {ID} is {ids[0]} and {ids[1]} at once")


@rule("ivinex.filters.complements", source=_ADVANCED)
def check_complements(ivinex: IvinexAccount) -> None:
    """No record is found both by an operand and by its opposite, and those with a value by one of them."""
    records = ivinex.need_records(2)
    field, text = ivinex.find_text_field(lambda value: len(value) > 3)
    valued = {str(record[ID]) for record in records if record.get(field)}
    for operand, opposite, value in (("Equal", "NotEqual", text), ("Contains", "NotContains", text[1:3])):
        one, other = _find(ivinex, (field, operand, value)), _find(ivinex, (field, opposite, value))
        expect(not one & other, f"no record that {operand} and {opposite} both find", sorted(one & other))
        expect(valued <= one | other, f"{operand} or {opposite} to find each", sorted(valued - one - other))
    middle = ids_of(records)[len(records) // 2]
    for operand, opposite in (("GreaterThan", "LessThanEqual"), ("LessThan", "GreaterThanEqual")):
        both = [_find(ivinex, (ID, each, middle)) for each in (operand, opposite)]
        expect(not both[0] & both[1], f"no record that {operand} and {opposite} both find", sorted(both[0] & both[1]))
        expect_same_ids(both[0] | both[1], ids_of(records), f"the records of {operand} and {opposite} together")


@rule("ivinex.filters.no-wildcards", source=_FILTERS)
def check_no_wildcards(ivinex: IvinexAccount) -> None:
    """Percent, underscore, asterisk and question mark mean themselves, in every operand."""
    records = ivinex.need_records(2)
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isalnum())
    for sign in ("%", "_", "*", "?"):
        patterns = {"Contains": sign, "StartsWith": sign, "Equal": f"{text[:2]}{sign}", "In": f"{text[:-1]}{sign}"}
        for operand, value in patterns.items():
            wanted = {
                str(record[ID])
                for record in records
                if (operand == "Contains" and value in (record.get(field) or ""))
                or (operand == "StartsWith" and (record.get(field) or "").startswith(value))
                or (record.get(field) or "").casefold() == value.casefold()
            }
            expect_same_ids(_find(ivinex, (field, operand, value)), wanted, f"the records: {field} {operand} {value!r}")


@rule("ivinex.filters.wildcards-in-values", source=_FILTERS)
def check_wildcards_in_values(ivinex: IvinexAccount) -> None:
    """A value that holds a percent sign, an underscore or an asterisk is found by it, and its neighbours are not."""
    records = ivinex.need_records(2)
    tested = 0
    for sign in ("%", "_", "*", "\\", '"', "'"):
        try:
            field, text = ivinex.find_text_field(lambda value, sign=sign: sign in value)
        except NotTestedError:
            continue
        tested += 1
        around = text[max(text.index(sign) - 1, 0) : text.index(sign) + 2]
        wanted = {str(record[ID]) for record in records if around.casefold() in (record.get(field) or "").casefold()}
        expect_same_ids(_find(ivinex, (field, "Contains", around)), wanted, f"the records with {around!r} in {field}")
    if not tested:
        raise NotTestedError("no value holds such a sign")


@rule("ivinex.filters.operands", source=_FILTERS)
def check_operands(ivinex: IvinexAccount) -> None:
    """All ten operands of the document are taken."""
    for operand in OPERANDS:
        response = ivinex.ask(ivinex.main_module, (ID, operand, "1"))
        expect(response.status == 200, f"operand {operand} to be taken", response.describe(), response)
        read_records(response)


def _expect_refused(response: CrmResponse, what: str) -> None:
    """Demand a refusal: another status than 200, or an error in place of records."""
    if response.status != 200:
        expect(
            400 <= response.status < 500, f"{what} to be refused as the caller's mistake", response.describe(), response
        )
        return
    value = response.json()
    records: object = cast("dict[str, object]", value).get("Records") if isinstance(value, dict) else value
    expect(not isinstance(records, list), f"{what} to be refused", response.describe(), response)


@rule("ivinex.filters.operand-case", source=_FILTERS)
def check_operand_case(ivinex: IvinexAccount) -> None:
    """Operands are case-sensitive: another spelling of each is refused."""
    for operand in OPERANDS:
        for spelling in (operand.lower(), operand.upper(), operand[0].lower() + operand[1:]):
            _expect_refused(ivinex.ask(ivinex.main_module, (ID, spelling, "1")), f"operand {spelling}")


@rule("ivinex.filters.mathematical-operators", source=_FILTERS)
def check_mathematical_operators(ivinex: IvinexAccount) -> None:
    """The API does not take mathematical operators like = and !=."""
    for operator in ("=", "==", "!=", "<>", ">", ">=", "<", "<="):
        _expect_refused(ivinex.ask(ivinex.main_module, (ID, operator, "1")), f"operand {operator}")


@rule("ivinex.filters.unknown-operand", source=_FILTERS)
def check_unknown_operand(ivinex: IvinexAccount) -> None:
    """An operand that the document does not list is refused."""
    for operand in ("Like", "EndsWith", "Equals", "Between", ""):
        _expect_refused(ivinex.ask(ivinex.main_module, (ID, operand, "1")), f"operand {operand!r}")


@rule("ivinex.filters.unknown-field", source=_FILTERS, provenance="assumed")
def check_unknown_field(ivinex: IvinexAccount) -> None:
    """A filter on a field that the module does not have is refused."""
    response = ivinex.ask(ivinex.main_module, ("no_such_field_here", "Equal", "1"))
    _expect_refused(response, "a filter on a field that does not exist")


@rule("ivinex.filters.unreadable", source=_FILTERS, provenance="assumed")
def check_unreadable(ivinex: IvinexAccount) -> None:
    """Filters that are no JSON list of conditions are refused, never passed over."""
    for text in (
        "[",
        "{",
        "abc",
        "1",
        "null",
        '"text"',
        '[{"Field":"id"}]',
        "[1]",
        '[{"Field":"id","Operand":"Equal"}]',
    ):
        response = ivinex.ask(ivinex.main_module, Filters=text)
        _expect_refused(response, f"Filters={text}")


@rule("ivinex.filters.empty-list", source=_FILTERS, provenance="assumed")
def check_empty_list(ivinex: IvinexAccount) -> None:
    """An empty list of filters is no filter."""
    plain = ivinex.search(ivinex.main_module)
    expect_equal(ivinex.search(ivinex.main_module, Filters="[]"), plain, "the answer with Filters=[]")


@rule("ivinex.filters.singular", source="Get Records / Understanding Filters / Structure")
def check_singular(ivinex: IvinexAccount) -> None:
    """The parameter may be called Filter, as under Structure."""
    ids = ids_of(ivinex.need_records(2))
    text = json.dumps([{"Field": ID, "Operand": "Equal", "Value": ids[1]}])
    expect_same_ids(ids_of(ivinex.search(ivinex.main_module, Filter=text)), [ids[1]], f"the records for Filter={text}")


@rule("ivinex.filters.operand-name", source="Get Records / 4. Linked Records")
def check_operand_name(ivinex: IvinexAccount) -> None:
    """A condition's operand may be called Operand_Name, as in the sample of linked records."""
    ids = ids_of(ivinex.need_records(2))
    text = json.dumps([{"Field": ID, "Operand_Name": "Equal", "Value": ids[1]}])
    expect_same_ids(ids_of(ivinex.search(ivinex.main_module, Filters=text)), [ids[1]], f"the records for {text}")


@rule("ivinex.filters.layout", source="Get Records / 5. Get Records Within a Date Range")
def check_layout(ivinex: IvinexAccount) -> None:
    """Spaces and line breaks between the parts of Filters mean nothing; the document prints them so."""
    ids = ids_of(ivinex.need_records(2))
    text = json.dumps([{"Field": ID, "Operand": "Equal", "Value": ids[1]}], indent=2)
    expect_same_ids(ids_of(ivinex.search(ivinex.main_module, Filters=text)), [ids[1]], "the records found")


@rule("ivinex.filters.bare-number", source="Get Records / Understanding Filters", provenance="assumed")
def check_bare_number(ivinex: IvinexAccount) -> None:
    """A Value may be a bare number: 8 is what "8" is."""
    number = ivinex.need_numbers(2)[1]
    expect_same_ids(_find(ivinex, (ID, "Equal", number)), [str(number)], f"the records of {ID} {number}")
