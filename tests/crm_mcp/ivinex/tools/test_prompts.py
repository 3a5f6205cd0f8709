"""The prompts of Ivinex: statements over the tables of its modules, and the question tools where none can be asked."""

from __future__ import annotations

import pytest

from tests.support.prompt_play import fill_in, statements_in

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("crms")]


@pytest.mark.parametrize(
    ("contact", "condition"),
    [("Kovács", "instr(fold(full_name), fold('Kovács')) > 0"), ("jo@x.example", "fold(email) = fold('jo@x.example')")],
)
def test_a_contact_is_looked_for_by_name_or_email(contact: str, condition: str) -> None:
    (statement,) = statements_in(fill_in("record_brief", contact=contact))
    assert condition in statement


def test_a_field_to_group_by_leads_to_a_statement_and_none_to_the_summary() -> None:
    (statement,) = statements_in(fill_in("module_review", module="1001", group_by="contact_type"))
    assert "from ivinex_contact" in statement
    assert "summarize_records" in fill_in("module_review", module="contact")


@pytest.mark.parametrize("group_by", ["1; drop table x", "Contact Type", "x)--"])
def test_what_is_no_plain_name_never_stands_in_a_statement(group_by: str) -> None:
    text = fill_in("module_review", module="contact", group_by=group_by)
    assert not statements_in(text)
    assert "summarize_records" in text


def test_what_changed_says_that_it_tells_when_a_change_was_seen() -> None:
    assert "not when somebody changed it" in fill_in("records_changed", since="2026-11-01")


@pytest.mark.parametrize(
    ("name", "given"), [("record_brief", {"contact": "Jo"}), ("module_review", {"module": "note"})]
)
def test_where_nothing_can_be_queried_a_prompt_names_the_question_tools(name: str, given: dict[str, str]) -> None:
    text = fill_in(name, frozenset[str](), **given)
    assert "query_crm" not in text
    assert "_records" in text
