"""Which values a condition may have for the field it names: what no record can hold is not compared as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import field_names
from tests.contract.harness.checks import expect
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount

_FILTERS = "Get Records / Understanding Filters"


def _expect_refused(ivinex: IvinexAccount, field: str, operand: str, value: object) -> None:
    response = ivinex.ask(ivinex.main_module, (field, operand, value))
    expect(response.status == 400, f"{field} {operand} {value!r} to be refused with 400", response.describe(), response)


@rule("ivinex.filters.numbers-alone", source=_FILTERS, provenance="assumed")
def check_numbers_alone(ivinex: IvinexAccount) -> None:
    """A field of numbers is compared with numbers alone: `10,000` and `many` are refused, with whatever operand."""
    field = ivinex.find_number_field()
    for operand in ("GreaterThan", "LessThanEqual", "Equal", "NotEqual", "In"):
        for value in ("10 000", "many", "12 pcs"):
            _expect_refused(ivinex, field, operand, value)
    _expect_refused(ivinex, field, "GreaterThan", "10,000")
    _expect_refused(ivinex, field, "Contains", "many")


@rule("ivinex.filters.option-ids-alone", source=_FILTERS, provenance="assumed")
def check_option_ids_alone(ivinex: IvinexAccount) -> None:
    """An option field is compared with ids of its options alone: a label, or a part of one, is refused."""
    field, label = _find_option(ivinex)
    for operand in ("Equal", "NotEqual", "In", "GreaterThan"):
        _expect_refused(ivinex, field, operand, label)
    for operand in ("Contains", "NotContains", "StartsWith"):
        _expect_refused(ivinex, field, operand, label[:4])


def _find_option(ivinex: IvinexAccount) -> tuple[str, str]:
    """Return a field whose values LookupOptionText changes, and the label of one."""
    plain = ivinex.search(ivinex.main_module, Limit="100")
    labelled = ivinex.search(ivinex.main_module, Limit="100", LookupOptionText="true")
    for before, after in zip(plain, labelled, strict=True):
        for name in field_names([before]):
            label = after.get(name)
            if label and label != before.get(name) and label.isalpha() and len(label) > 4:
                return name, label
    raise NotTestedError(f"no option field of module {ivinex.main_module} has a label of letters")
