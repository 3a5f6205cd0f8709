"""Values are held against the schema's types before anything is written, and shown as people read them."""

from __future__ import annotations

import pytest

from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.field_values import check_flags, check_values, show_values
from crm_mcp.minicrm.models import Schema

SCHEMA: Schema = {
    "fields": [
        {"name": "Name", "type": "Text(8)"},
        {"name": "Int1", "type": "Int"},
        {"name": "Float1", "type": "Float"},
        {"name": "DateTime1", "type": "DateTime"},
        {"name": "Boolean1", "type": "Boolean"},
        {"name": "File1", "type": "File(10MB)"},
        {"name": "Deleted", "type": "Int"},
        {"name": "StatusId", "type": "StatusId", "choices": {"5": "Won"}},
        {"name": "Set1", "type": "Set", "choices": {"1": "A", "2": "B", "4": "C"}},
        {"name": "Enum1", "type": "Enum", "choices": {"7": "Red"}},
    ],
    "statuses": {},
    "users": {},
    "modules": {},
}


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("Name", "12345678", "12345678"),
        ("Name", 12, 12),
        ("Int1", 12, 12),
        ("Int1", " -12 ", " -12 "),
        ("Int1", 1200.0, 1200),
        ("Int1", "1200.00", "1200"),
        ("Int1", 2**63 - 1, 2**63 - 1),
        ("Int1", "", ""),
        ("Int1", None, None),
        ("Float1", "1.5", "1.5"),
        ("DateTime1", "2026-01-31 00:00:00", "2026-01-31 00:00:00"),
        ("Boolean1", True, 1),
        ("Boolean1", "false", 0),
        ("Boolean1", "Igen", 1),
        ("Boolean1", "", ""),
        ("Deleted", True, 1),
        ("Deleted", "0", 0),
        ("File1", "https://files.example/a.pdf", "https://files.example/a.pdf"),
        ("Set1", 6, 6),
        ("Other", "anything", "anything"),
    ],
)
def test_a_value_that_fits_goes_out_as_it_is_and_a_flag_as_1_or_0(name: str, value: object, sent: object) -> None:
    (checked,) = check_values(SCHEMA, {name: value}).values()
    assert checked == sent
    assert type(checked) is type(sent)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("Name", "123456789", r"at most 8 characters \(9 given\)"),
        ("Int1", "twelve", "whole number"),
        ("Int1", 1.5, "whole number"),
        ("Int1", "1,000", "whole number"),
        ("Int1", 2**63, "whole number"),
        ("Int1", True, "whole number"),
        ("Float1", "1,5", "point before decimals"),
        ("DateTime1", 20260131, "date"),
        ("Boolean1", "perhaps", "1 or 0"),
        ("Deleted", "", "1 or 0"),
        ("Deleted", 2, "1 or 0"),
        ("File1", "C:\\a.pdf", "address of a file"),
        ("Name", ["a"], "one value"),
        ("Other", {"a": 1}, "one value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(name: str, value: object, says: str) -> None:
    with pytest.raises(InputError, match=f"{name} takes.*{says}|{name} takes {says}"):
        check_values(SCHEMA, {name: value})


def test_ids_and_bitmasks_are_shown_as_labels() -> None:
    fields = {"StatusId": "5", "Set1": 6, "Enum1": 7, "Name": "5", "Int1": 5}
    shown = {"StatusId": "Won", "Set1": "B, C", "Enum1": "Red", "Name": "5", "Int1": 5}
    assert show_values(SCHEMA, fields) == shown
    assert show_values(SCHEMA, shown) == shown
    assert show_values(SCHEMA, {"Set1": "B,C"}) == {"Set1": "B, C"}


def test_a_search_by_a_flag_takes_yes_and_says_what_it_takes() -> None:
    asked = {"Boolean1": "yes", "Deleted": "nem", "Name": "yes"}
    assert check_flags(SCHEMA, asked) == {"Boolean1": 1, "Deleted": 0, "Name": "yes"}
    with pytest.raises(InputError, match="Boolean1 takes 1 or 0, not 'maybe'"):
        check_flags(SCHEMA, {"Boolean1": "maybe"})
