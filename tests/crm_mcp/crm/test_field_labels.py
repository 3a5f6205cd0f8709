"""Fields by the names that people use, as a setting gives them."""

from __future__ import annotations

import pytest

from crm_mcp.crm.field_labels import FieldLabels, parse_field_labels
from crm_mcp.errors import InputError

LABELS = FieldLabels({"Int1201": "Budget (HUF)", "Text1105": "Forrás"})


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Int1201=Budget (HUF)", {"Int1201": "Budget (HUF)"}),
        (" Int1201 = Budget (HUF) , Text1105 = Source ", {"Int1201": "Budget (HUF)", "Text1105": "Source"}),
        ("Int1201=Budget, in HUF,Text1105=a=b", {"Int1201": "Budget, in HUF", "Text1105": "a=b"}),
        ("Int1201=Budget\nText1105=Source;", {"Int1201": "Budget", "Text1105": "Source"}),
        ("deal_amount=Amount,", {"deal_amount": "Amount"}),
    ],
)
def test_pairs_are_read(text: str, labels: dict[str, str]) -> None:
    assert parse_field_labels(text) == labels


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Int1201", "pair 1 is not written FIELD=label"),
        ("Int1201=", "pair 1 is not written FIELD=label"),
        ("Text1=x,=Budget", "pair 2 is not written FIELD=label"),
        ("Int1201=Budget,Text1105", "pair 2 is not written FIELD=label"),
        ("Int1201=Budget,Int1201=Cost", "pairs 1 and 2 name the same field"),
        ("Int1201=Budget,Text1=x,Int1301=budget ", "pairs 1 and 3 have the same label"),
        ("Int1201=Int1301,Int1301=Cost", "label of pair 1 is the name of another"),
    ],
)
def test_a_setting_that_could_mean_two_fields_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_field_labels(text)


def test_a_label_leads_to_its_field_however_it_is_written() -> None:
    names = ["budget (huf)", "FORRAS", "Int1201", "Other"]
    assert LABELS.names_of(names) == ["Int1201", "Text1105", "Other"]


def test_values_by_label_become_values_by_name_and_back() -> None:
    assert LABELS.by_name({"Budget (HUF)": 5, "Name": "x"}) == {"Int1201": 5, "Name": "x"}
    assert LABELS.by_label({"Int1201": 5, "Name": "x"}) == {"Budget (HUF)": 5, "Name": "x"}


def test_a_field_given_by_name_and_label_is_refused() -> None:
    with pytest.raises(InputError, match="Int1201 is given twice"):
        LABELS.by_name({"Int1201": 5, "Budget (HUF)": 6})


def test_a_label_never_takes_the_place_of_another_field() -> None:
    assert LABELS.by_label({"Int1201": 5, "Budget (HUF)": 6}) == {"Int1201": 5, "Budget (HUF)": 6}


def test_labels_that_lead_nowhere_are_named() -> None:
    assert LABELS.unknown(["Int1201"]) == ["Text1105"]
    assert LABELS.hidden(["Forrás", "Int1201"]) == ["Forrás"]


def test_names_of_fields_to_show_are_taken_as_people_paste_them() -> None:
    assert FieldLabels({"Int1201": "Budget"}).names_of(["Name\u00a0", " budget", "Int1201"]) == ["Name", "Int1201"]
