"""A search that finds nothing is tried in other spellings, so that nobody is told that a contact is not there."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client

from crm_mcp.ivinex.search.spelling import CONSONANTS, NEVER_ACCENTED, is_alike, parts_in_any_spelling
from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call, read_pages

PEOPLE = ("Ágnes Kovács", "Liam O\u2019Brien", "Žofie Muñoz", "Bela Toth", "Anne-Marie Nagy")
PHONES = ("+36 1 555 1001", "06-20/555-3003", "(01) 555 404", "", "")


def by(field: str, operand: str, value: object) -> dict[str, Any]:
    return {"module": "1001", "filters": [{"field": field, "operand": operand, "value": value}]}


@pytest.fixture
def people(demo: CrmFake) -> CrmFake:
    fields = {name: {"type": "text"} for name in ("full_name", "phone", "email")} | {"about": {"type": "html"}}
    records = [
        {
            "collection_id": str(at),
            "full_name": name,
            "phone": phone,
            "email": f" p{at}@old.example",
            "about": "The grinder is <b>twelve</b> years old." if at == 1 else "",
        }
        for at, (name, phone) in enumerate(zip(PEOPLE, PHONES, strict=True), 1)
    ]
    demo.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": fields, "records": records}}}})
    return demo


FOUND = [
    ("full_name", "Equal", "Agnes Kovacs", "1"),
    ("full_name", "Equal", "Kovács Ágnes", "1"),
    ("full_name", "StartsWith", "agnes", "1"),
    ("full_name", "Contains", "O'Brien", "2"),
    ("full_name", "Contains", "O`Brien", "2"),
    ("full_name", "Contains", "Munoz", "3"),
    ("full_name", "Equal", "Béla Tóth", "4"),
    ("full_name", "Equal", "Anne Marie Nagy", "5"),
    ("phone", "Equal", "+3615551001", "1"),
    ("phone", "Equal", "06 20 555 3003", "2"),
    ("phone", "Contains", "5551001", "1"),
    ("phone", "StartsWith", "+361555", "1"),
    ("phone", "Equal", "01 555404", "3"),
    ("email", "Equal", "P1@old.example", "1"),
    ("about", "Contains", "twelve years", "1"),
]
SAME = [
    ("full_name", "Equal", unicodedata.normalize("NFD", "Ágnes Kovács")),
    ("full_name", "Equal", " Ágnes\u00a0Kovács\u200b "),
    ("full_name", "Contains", "kovács\n"),
]


@pytest.mark.usefixtures("people")
def test_what_is_spelled_otherwise_is_found_and_the_answer_says_so() -> None:
    async def play(client: Client) -> None:
        for field, operand, value, expected in FOUND:
            found = await call(client, "search_records", **by(field, operand, value))
            assert [item["id"] for item in found["items"]] == [expected], (field, operand, value)
            assert "these match when accents" in found["note"]
            summary = await call(client, "summarize_records", **by(field, operand, value))
            assert (summary["total"], summary["exact"]) == (1, False), value
        export = {"tool": "search_records", "arguments": by("full_name", "Equal", "Agnes Kovacs")}
        exported = await call(client, "export_search", **export)
        assert (exported["rows"], exported["exact"]) == (1, False)

    in_session(play)


@pytest.mark.usefixtures("people")
def test_none_of_several_texts_is_lost_for_its_spelling() -> None:
    async def play(client: Client) -> None:
        several = by("full_name", "In", ["Agnes Kovacs", "Nobody", "Tóth Béla"])
        found = await call(client, "search_records", **several)
        assert [item["id"] for item in found["items"]] == ["1", "4"]
        assert "Agnes Kovacs' or 'Nobody' or" in found["note"]
        nobody = await call(client, "search_records", **by("full_name", "In", ["Nobody", "Noone"]))
        assert (nobody["items"], "Try Contains" in nobody["note"]) == ([], True)

    in_session(play)


@pytest.mark.usefixtures("people")
def test_what_is_pasted_is_composed_and_trimmed_and_needs_no_second_try() -> None:
    async def play(client: Client) -> None:
        for condition in SAME:
            found = await call(client, "search_records", **by(*condition))
            assert [item["id"] for item in found["items"]] == ["1"]
            assert "note" not in found

    in_session(play)


@pytest.mark.usefixtures("people")
def test_what_is_not_there_in_any_spelling_is_answered_with_a_next_step() -> None:
    async def play(client: Client) -> None:
        for condition in (("full_name", "Equal", "Nobody"), ("phone", "Equal", "+36 99 999 9999")):
            found = await call(client, "search_records", **by(*condition))
            assert found["items"] == []
            assert "Try Contains" in found["note"]
        assert (await call(client, "summarize_records", **by("full_name", "Equal", "Nobody")))["exact"]

    in_session(play)


def test_pages_of_what_is_spelled_otherwise_lose_no_record(people: CrmFake) -> None:
    fields = {"full_name": {"type": "text"}}
    records = [{"collection_id": str(n), "full_name": f"Tóth {n}"} for n in range(1, 8)]
    people.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": fields, "records": records}}}})
    pages = in_session(
        lambda client: read_pages(client, "search_records", **by("full_name", "StartsWith", "Toth"), limit=3)
    )
    assert [[item["id"] for item in page["items"]] for page in pages] == [["1", "2", "3"], ["4", "5", "6"], ["7"]]


@given(st.text(alphabet="aábcdeéfgnñoóöőszžtuúüű '\u2019-", min_size=1, max_size=20))
def test_every_spelling_of_a_name_holds_the_parts_that_are_sought(name: str) -> None:
    bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    assert is_alike("full_name", "Equal", bare.upper(), name)
    assert is_alike("full_name", "Contains", bare.replace("\u2019", "'"), name)
    assert all(part in name for part in parts_in_any_spelling("full_name", bare, NEVER_ACCENTED))
    assert all(part in bare for part in parts_in_any_spelling("full_name", name, CONSONANTS))
