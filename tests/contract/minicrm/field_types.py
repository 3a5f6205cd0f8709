"""The types of fields: how each is written and reads back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SECTION = "Services / Database Schema"


def _written(minicrm: MinicrmAccount, field: str, value: object) -> object:
    """Write a value into a new project and return how it reads back."""
    return minicrm.fetch("Project", minicrm.make_project(**{field: value}))[field]


def _choices(minicrm: MinicrmAccount, field: str) -> dict[str, str]:
    return read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))[field]


@rule("minicrm.field-types.status", source=_SECTION, writes=True)
def check_status(minicrm: MinicrmAccount) -> None:
    """StatusId takes a status' id, bare or quoted, or its text, and reads back as its text; a search has its id."""
    for status, label in list(_choices(minicrm, "StatusId").items())[:3]:
        for value in (int(status), status, label):
            project_id = minicrm.make_project(StatusId=value)
            expect_equal(minicrm.fetch("Project", project_id)["StatusId"], label, f"StatusId after {value!r}")
        found = minicrm.search_all("Project", StatusId=status)
        expect(project_id in found, f"project {project_id} found by StatusId={status}", "it is not")


@rule("minicrm.field-types.user", source=_SECTION, writes=True)
def check_user(minicrm: MinicrmAccount) -> None:
    """UserId takes a user's id or name, and reads back as the name."""
    for user, name in list(_choices(minicrm, "UserId").items())[:2]:
        for value in (int(user), user, name):
            expect_equal(_written(minicrm, "UserId", value), name, f"UserId after {value!r}")


@rule("minicrm.field-types.unknown-user", source=_SECTION, provenance="assumed", writes=True)
def check_unknown_user(minicrm: MinicrmAccount) -> None:
    """A UserId that no user has is refused with 400."""
    for value in (999999989, "Nobody Whoever"):
        response = minicrm.put("Project", minicrm.build_project(UserId=value))
        expect(response.status == 400, f"status 400 for UserId {value!r}", response.describe(), response,
               live="observed, grade B: it is accepted, and the card goes to a random user")  # fmt: skip


@rule("minicrm.field-types.enum", source=_SECTION, writes=True)
def check_enum(minicrm: MinicrmAccount) -> None:
    """An Enum takes a choice's id or its text, and reads back as the text."""
    field, choices = minicrm.find_choices()
    for choice, label in list(choices.items())[:3]:
        for value in (int(choice), choice, label):
            expect_equal(_written(minicrm, field, value), label, f"{field} after {value!r}")


@rule("minicrm.field-types.unknown-choice", source="Error handling", writes=True)
def check_unknown_choice(minicrm: MinicrmAccount) -> None:
    """A text that is none of an Enum's choices is illegal: refused with 400, and the field keeps its value."""
    field, choices = minicrm.find_choices()
    choice, label = next(iter(choices.items()))
    project_id = minicrm.make_project(**{field: int(choice)})
    for value in ("no such choice", label.swapcase(), f"{label} "):
        if value not in choices.values():
            response = minicrm.put(f"Project/{project_id}", {field: value})
            expect(response.status == 400, f"status 400 for {field} {value!r}", response.describe(), response)
    expect_equal(minicrm.fetch("Project", project_id)[field], label, f"{field} after the refusals")


@rule("minicrm.field-types.unknown-choice-id", source="Error handling", provenance="assumed", writes=True)
def check_unknown_choice_id(minicrm: MinicrmAccount) -> None:
    """A number that is none of an Enum's ids is illegal: refused with 400."""
    field, _ = minicrm.find_choices()
    for name in (field, "StatusId"):
        response = minicrm.put("Project", minicrm.build_project(**{name: 999999989}))
        expect(response.status == 400, f"status 400 for {name} 999999989", response.describe(), response,
               live="observed, grade B: 500 is given for a value that does not exist")  # fmt: skip


@rule("minicrm.field-types.set", source=_SECTION, writes=True)
def check_set(minicrm: MinicrmAccount) -> None:
    """A Set takes a bitmask or texts separated by comma, and reads back as the texts of all its choices."""
    field, choices = minicrm.find_choices(is_set=True)
    ids = sorted(int(choice) for choice in choices)[:3]
    for chosen in (ids[:1], ids[1:], ids):
        labels = [choices[str(one)] for one in chosen]
        for value in (sum(chosen), ",".join(labels)):
            stored = str(_written(minicrm, field, value))
            texts = sorted(part.strip() for part in stored.split(","))
            expect(texts == sorted(labels), f"{field} to be {labels} after {value!r}", repr(stored))


@rule("minicrm.field-types.set-replaced", source=_SECTION, writes=True)
def check_set_replaced(minicrm: MinicrmAccount) -> None:
    """A Set that is written again has the new choices alone: those it had are taken away."""
    field, choices = minicrm.find_choices(is_set=True)
    ids = sorted(int(choice) for choice in choices)[:2]
    project_id = minicrm.make_project(**{field: sum(ids)})
    for value in (ids[1], choices[str(ids[0])]):
        minicrm.save(f"Project/{project_id}", {field: value})
        wanted = choices[str(value)] if isinstance(value, int) else value
        expect_equal(minicrm.fetch("Project", project_id)[field], wanted, f"{field} after {value!r}")


@rule("minicrm.field-types.set-with-spaces", source=_SECTION, provenance="observed", writes=True)
def check_set_with_spaces(minicrm: MinicrmAccount) -> None:
    """A Set reads back joined by comma and space (grade A)."""
    field, choices = minicrm.find_choices(is_set=True)
    ids = sorted(int(choice) for choice in choices)[:2]
    labels = ", ".join(choices[str(one)] for one in ids)
    expect_equal(_written(minicrm, field, sum(ids)), labels, f"{field} after {sum(ids)}")


@rule("minicrm.field-types.int", source=_SECTION, writes=True)
def check_int(minicrm: MinicrmAccount) -> None:
    """An Int is a 64 bit signed integer, written bare or quoted, and reads back as a number."""
    field = minicrm.find_custom_field("Int")
    for value in (125, -1, 2**53 + 1, 2**63 - 1, -(2**63)):
        expect_equal(_written(minicrm, field, value), value, f"{field} after {value}")
    expect_equal(_written(minicrm, field, "125"), 125, f"{field} after the text 125")


@rule("minicrm.field-types.int-too-large", source=_SECTION, writes=True)
def check_int_too_large(minicrm: MinicrmAccount) -> None:
    """What is no 64 bit signed integer is refused with 400 in an Int."""
    field = minicrm.find_custom_field("Int")
    for value in (2**63, "1.5", "many", [1]):
        response = minicrm.put("Project", minicrm.build_project(**{field: value}))
        expect(response.status == 400, f"status 400 for {field} {value!r}", response.describe(), response)


@rule("minicrm.field-types.date-time", source=_SECTION, writes=True)
def check_date_time(minicrm: MinicrmAccount) -> None:
    """A DateTime is written as 2013-05-25 13:12:00 and reads back so."""
    field = minicrm.find_custom_field("DateTime")
    for value in ("2013-05-25 13:12:00", "2024-02-29 00:00:00", "1999-12-31 23:59:59", "2013-03-31 02:30:00"):
        expect_equal(_written(minicrm, field, value), value, f"{field} after {value}")


@rule("minicrm.field-types.bad-date-time", source="Error handling", writes=True)
def check_bad_date_time(minicrm: MinicrmAccount) -> None:
    """What is no date and time is refused with 400 in a DateTime."""
    field = minicrm.find_custom_field("DateTime")
    for value in ("yesterday", "2013-02-30 12:00:00", "2013-05-25 25:00:00", "25.05.2013", 5):
        response = minicrm.put("Project", minicrm.build_project(**{field: value}))
        expect(response.status == 400, f"status 400 for {field} {value!r}", response.describe(), response)


@rule("minicrm.field-types.date-alone", source=_SECTION, provenance="observed", writes=True)
def check_date_alone(minicrm: MinicrmAccount) -> None:
    """A date alone, written into a DateTime, reads back as the end of that day (grade B)."""
    field = minicrm.find_custom_field("DateTime")
    expect_equal(_written(minicrm, field, "2013-05-25"), "2013-05-25 23:59:59", f"{field} after 2013-05-25")


@rule("minicrm.field-types.text", source=_SECTION, writes=True)
def check_text(minicrm: MinicrmAccount) -> None:
    """A Text(n) takes n characters, not bytes, and keeps them all."""
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))
    field = minicrm.find_custom_field("Text")
    length = int(str(schema[field]).removeprefix("Text(").removesuffix(")"))
    for letter in ("x", "ő", "🎉"):
        text = letter * length
        stored = _written(minicrm, field, text)
        expect(stored == text, f"{field} to keep {length} times {letter}", f"{len(str(stored))} characters")


@rule("minicrm.field-types.text-too-long", source=_SECTION, provenance="assumed", writes=True)
def check_text_too_long(minicrm: MinicrmAccount) -> None:
    """A text that is longer than its field is refused with 400, not cut."""
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))
    field = minicrm.find_custom_field("Text")
    length = int(str(schema[field]).removeprefix("Text(").removesuffix(")"))
    response = minicrm.put("Project", minicrm.build_project(**{field: "x" * (length + 1)}))
    expect(response.status == 400, f"status 400 for {length + 1} characters in {field}", response.describe(), response)


@rule("minicrm.field-types.empty", source=_SECTION, provenance="observed", writes=True)
def check_empty(minicrm: MinicrmAccount) -> None:
    """Cleared, a Text, an Enum and a DateTime read back as empty text and an Int as 0 (grade A)."""
    for type_text, value, empty in (("Text", "x", ""), ("Int", 5, 0), ("DateTime", "2013-05-25 13:12:00", "")):
        try:
            field = minicrm.find_custom_field(type_text)
        except NotTestedError:
            continue
        project_id = minicrm.make_project(**{field: value})
        minicrm.save(f"Project/{project_id}", {field: ""})
        expect_equal(minicrm.fetch("Project", project_id).get(field), empty, f"{field} after it was cleared")
