"""A library of values that searches stumble over, and the records of both CRMs that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.properties.oracle import Condition, Record, Value
from tests.properties.seeds import Row

TEXTS: Sequence[Value] = [
    *(None, "", "9", "10", "010", "9.0", "1e1", "-1", "+3", ".5", "-", "0612", "612", "+36301234567"),
    *("a", "A", "b", "ab", "ba", "a_b", "a%b", "a*b", "a?b", "axb", "_", "%", "*", "50%", "50 %", "100%25", "%20"),
    *(
        "\u00e9",
        "\u00c9",
        "e",
        "\u00df",
        "ss",
        "\u0130",
        "\u0151r",
        "\u0150R",
        "o'brien",
        'say "x"',
        "back\\slash",
        " lead",
    ),
    *(
        "trail ",
        "a+b",
        "a b",
        "a&b=c",
        "null",
        "None",
        "true",
        "\U0001f600",
        "a\nb",
        "<b>ab</b>",
        "[a]",
        "a-z",
        "2020-04-28",
    ),
]
NUMBERS: Sequence[Value] = [None, "", "9", "10", "9.0", "-1", "0", "-0", "0.5", ".5", "007", "7", "n/a", "1e1", "100"]
DAYS: Sequence[Value] = [None, "1999-12-31", "2020-04-27", "2020-04-28", "2020-04-29"]
MOMENTS: Sequence[Value] = [
    None,
    "2020-04-27 23:59:59",
    "2020-04-28 00:00:00",
    "2020-04-28 12:30:00",
    "2020-04-28 23:59:59",
    "2020-04-29 00:00:00",
]
VALUES: dict[str, Sequence[Value]] = {
    "name": TEXTS,
    "bio": TEXTS[1::5],
    "score": NUMBERS,
    "active": [None, "true", "false"],
    "born": DAYS,
    "met": MOMENTS,
    "kind": [None, "9", "10", "14795", "gone"],
    "boss": [None, "1", "2", "10", "999"],
}
MOMENT_FIELDS = ("born", "met")
# What fields that do not hold any text can be asked for: whole values, and parts of them.
WHOLE: dict[str, Sequence[object]] = {
    "score": [*(value for value in NUMBERS if value and value != "n/a"), 9, 10, 9.0, 0.5, -1],
    "active": ["true", "false", "TRUE", True, False],
    "kind": ["9", "10", "14795", 9, 10],
    "boss": ["1", "2", "10", "999", 9, 10],
}
PARTS: dict[str, Sequence[object]] = {
    "score": ["", "9", "0", ".5", "-", 1, "e1"],
    "active": ["", "tr", "alse", "e", "TRUE"],
    "kind": ["", "9", "1", "479", 10],
    "boss": ["", "1", "0", "99", 2],
}
TEXT_OPERANDS = ("Contains", "NotContains", "StartsWith")
ORDERING_OPERANDS = ("GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual")
OPERANDS = ("Equal", "NotEqual", "In", *TEXT_OPERANDS, *ORDERING_OPERANDS)


def build_records(count: int = 60) -> list[Record]:
    """Return records in which each field runs through its values at a pace of its own; every seventh lacks most."""
    records: list[Record] = []
    for number in range(1, count + 1):
        record: dict[str, Value] = {"collection_id": str(number)}
        for pace, (field, values) in enumerate(VALUES.items(), 1):
            if number % 7 or field == "name":
                record[field] = values[(number * pace + number // len(values)) % len(values)]
        records.append(record)
    return records


def list_wanted(field: str, operand: str) -> list[object]:
    """Return the values to ask a field for: what it holds, pieces of it, and numbers and flags as such."""
    if field in WHOLE:
        return _list_suited(field, operand)
    held: list[object] = [value for value in VALUES[field] if value is not None]
    if field in MOMENT_FIELDS:
        held += ["2020-04-28", "2020-04-28 12:30:00", "2020-05-01"]
        held += ["04-2", "2020"] if operand in TEXT_OPERANDS else []
        held += [["2020-04-27", "2020-04-29"]] if operand == "In" else []
        return held
    held += [9, 10, 9.0, 0.5, -1, True, False, "zzz", "A%", "_b"]
    held += [[9, "10"], ["a", "B"], "a,b", " a , 10 "] if operand == "In" else []
    return held


def _list_suited(field: str, operand: str) -> list[object]:
    if operand in TEXT_OPERANDS:
        return [*PARTS[field]]
    whole = WHOLE[field]
    if operand == "In":
        return [*whole, [*whole[:2]], f" {whole[0]} , {whole[1]} "]
    return [*whole, *([] if operand in ORDERING_OPERANDS else [""])]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Draw one condition on a field of the library."""
    field = draw(st.sampled_from([*VALUES]))
    operand = draw(st.sampled_from(OPERANDS))
    if field in WHOLE or (field in MOMENT_FIELDS and operand not in TEXT_OPERANDS):
        return field, operand, draw(st.sampled_from(list_wanted(field, operand)))
    letters = st.text("abAB9%_*.-\u00e9 ", max_size=3)
    return field, operand, draw(st.sampled_from(list_wanted(field, operand)) | letters)


def build_contacts() -> list[Row]:
    """Return two businesses and their people, with phones that end alike."""
    people = [("J\u00e1nos", "Kov\u00e1cs"), ("Anna", "Kis-Nagy"), ("Bob", "Doe"), ("ANNA", "doe")]
    return [
        {
            "Id": 1,
            "Type": "Business",
            "Name": "T\u00f6lgyfa Kft.",
            "Email": "Info@tolgyfa.example",
            "Phone": "06-1 / 987-65432",
        },
        {"Id": 2, "Type": "Business", "Name": "Anna Bt.", "Phone": "+36201234567"},
        *(
            {
                "Id": number,
                "Type": "Person",
                "FirstName": first,
                "LastName": last,
                "Email": f"{number}@example.com",
                "Phone": f"0630{number % 3}234567",
                "BusinessId": number % 2 + 1,
            }
            for number, (first, last) in enumerate(people, 3)
        ),
        {"Id": 9, "Type": "Person", "FirstName": "Alone"},
    ]


def build_projects(count: int) -> list[Row]:
    """Return projects of two modules in which each field runs through its values at a pace of its own."""
    names = ("Kitchen", "kitchen \u0150r", "Kit chen", "Bath & office", "50% off", "O'Brien", "")
    projects: list[Row] = []
    for number in range(1, count + 1):
        row: Row = {
            "Id": number * 3,
            "CategoryId": 3 if number % 5 else 4,
            "ContactId": (1, 2, 3, 4, 5, 9)[number % 6],
            "StatusId": (31, 32, 33, 34)[number // 2 % 4] if number % 5 else 41,
            "UserId": number % 2 + 1,
            "Name": names[number % 7] or f"n{number % 3}",
            "Deleted": int(number % 11 == 0),
            "UpdatedAt": f"2025-0{number % 9 + 1}-15 12:00:0{number % 4}",
        }
        if number % 5:
            row |= {"Text1": names[number % 4], "Int1": number % 12 - 1, "Enum1": 7 + number % 2}
            row |= {"Set1": number % 8} if number % 8 else {}
            row |= {"Date1": MOMENTS[number % 6]} if number % 6 else {}
        projects.append(row)
    return projects


PROJECT_CRITERIA: dict[str, list[object]] = {
    "Query": ["kitchen", "KIT", "or", "\u0150R kitchen", "bath office", "50", "brien", "off"],
    "StatusGroup": ["Lead", "Open", "Success", "Failed"],
    "StatusId": [31, "32", "Won", "Asked", "New"],
    "UserId": [1, "2", "Bob", "Anna K\u0151"],
    "CategoryId": [3, "4", "Sales"],
    "ContactId": [1, "3", 9],
    "MainContactId": [1, 2, "5"],
    "Name": ["Kitchen", "kitchen", "50% off", "n1", "Kit%"],
    "Text1": ["Kitchen", "Kit chen", "kitchen"],
    "Int1": [-1, 0, "7", 9],
    "Enum1": [7, "Fair", "8"],
    "Set1": [1, "6", "Bath", "Kitchen,Office"],
    "Date1": ["2020-04-28", "2020-04-28 12:30:00", "2020-04-27"],
    "Deleted": [0, 1, False, "1"],
    "UpdatedSince": ["2025-05-15", "2025-05-15 12:00:02", "2025-09-16", "2024-12-31 23:59:59"],
}
CONTACT_CRITERIA: dict[str, list[object]] = {
    "Type": ["Person", "Business"],
    "Email": ["info@TOLGYFA.example", "3@example.com", "example.com"],
    "Phone": ["+36201234567", "234567", "0987654321", "8765432", "6305234567"],
    "BusinessId": [1, "2"],
    "Query": ["anna", "KOVACS", "nagy", "kis nagy", "1234567", "234567", "tolgyfa", "567", "doe bob"],
}


def criteria(known: Mapping[str, Sequence[object]], max_size: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Draw criteria, each with a value that it knows."""
    pairs = st.sampled_from([(name, value) for name, values in known.items() for value in values])
    return st.lists(pairs, min_size=1, max_size=max_size, unique_by=lambda pair: pair[0]).map(dict)
