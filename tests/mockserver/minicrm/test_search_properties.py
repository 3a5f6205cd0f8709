"""The search compared with a plain reading of its rules, over accounts that nobody thought of."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import Account

pytestmark = pytest.mark.slow

ALPHABET = "abAB árőŐűZ019.,-*\"'() :"
WORD = st.text("abáőA01", min_size=1, max_size=3)
TEXT = st.lists(WORD, max_size=4).map(" ".join) | st.text(ALPHABET, max_size=12)
PROJECTS = st.lists(st.tuples(TEXT, TEXT, st.booleans(), st.sampled_from([31, 32, 33])), min_size=1, max_size=8)
MODULES = {
    "3": {
        "name": "Sales",
        "statuses": {str(number): {"label": f"S{number}", "group": "Open"} for number in (31, 32, 33)},
        "fields": {"Text1": {"type": "Text"}},
    }
}


def split_words(text: str) -> list[str]:
    """Return the words of a text: letters and digits, without case and accents."""
    plain = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return re.findall(r"[a-z0-9]+", plain.lower())


def has_words(texts: tuple[str, str], query: str) -> bool:
    """Tell whether each part of the query stands in one of the texts, its words one behind the other."""
    phrases = [words for words in map(split_words, query.split()) if words]
    found = [split_words(text) for text in texts]
    return bool(phrases) and all(
        any(words[at : at + len(phrase)] == phrase for words in found for at in range(len(words))) for phrase in phrases
    )


def build_account(projects: list[tuple[str, str, bool, int]]) -> Account:
    rows = [
        {"Id": number, "CategoryId": 3, "Name": name, "Text1": text, "Deleted": int(deleted), "StatusId": status}
        for number, (name, text, deleted, status) in enumerate(projects, 1)
    ]
    return Account(seed={"modules": MODULES, "projects": rows})


@settings(max_examples=60, deadline=None)
@given(PROJECTS, TEXT)
def test_a_text_finds_exactly_the_projects_that_hold_its_words(projects: list[tuple[str, str, bool, int]], query: str):
    wanted = [
        number
        for number, (name, text, deleted, _) in enumerate(projects, 1)
        if not deleted and (not query.split() or has_words((name, text), query))
    ]
    assert build_account(projects).find("Project", {"Query": query}) == wanted


@settings(max_examples=40, deadline=None)
@given(PROJECTS, TEXT, st.sampled_from([31, 32, 33]), st.booleans())
def test_fields_find_exactly_the_projects_that_have_the_values(
    projects: list[tuple[str, str, bool, int]], text: str, status: int, deleted: bool
):
    wanted = [number for number, row in enumerate(projects, 1) if row[1:] == (text, deleted, status)]
    query = {"Text1": text, "StatusId": f"S{status}", "Deleted": str(int(deleted))}
    assert build_account(projects).find("Project", query) == wanted


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(1, 10**6), max_size=320))
def test_the_pages_hold_every_project_once_in_order(ids: set[int]):
    rows = [{"Id": number, "CategoryId": 3, "Name": "same"} for number in ids]
    account = Account(seed={"modules": MODULES, "projects": rows})
    pages = [account.get("Project", {"Query": "same", "Page": str(page)}) for page in range(len(ids) // 100 + 2)]
    assert [int(key) for page in pages for key in page["Results"]] == sorted(ids)
    assert {page["Count"] for page in pages} == {len(ids)}
    assert max(len(page["Results"]) for page in pages) <= 100


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_written_is_read_back_and_found_by_itself(name: str, reference: str):
    account = build_account([("first", "", False, 31)])
    account.put("Project/1", {"Name": name, "ReferenceId": reference or "-"})
    assert account.get("Project/1")["Name"] == name
    assert account.get("Project", {"ReferenceId": reference or "-"})["Id"] == 1
    assert account.find("Project", {"Name": name}) == [1]
    account.ask("GET", "Project", {"Query": name})


FIELD_NAMES = """
Query Page Status StatusGroup UpdatedSince MainContactId ReferenceId Deleted Id Name Type Phone Email BusinessId
CategoryId ContactId StatusId UserId Int1 Text1 Date1 File1 Bool1 Enum1 Set1 Legacy ProjectId Comment Default
"""
ENDPOINTS = """
Category Schema/Person Schema/Project/3 Project Project/101 Project/1 Contact Contact/10 Contact/11 ToDoList/101 ToDo
ToDo/201 ToDo/202 AddressList/10 Address Address/301 Nothing
"""
NAMES = st.sampled_from(FIELD_NAMES.split())
TEXTS = st.sampled_from(["", "0", "1", "3", "101", "-1", "Won", "Kitchen", "2025-01-01", "\0", '"', "*", "9" * 400])
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | st.just([]) | st.just({"a": 1})
)
PATHS = st.sampled_from(ENDPOINTS.split())
PROFILES = st.builds(Profile, st.sampled_from(["documented", "observed"]), st.sampled_from(["en", "hu"]))
REQUESTS = st.tuples(
    st.sampled_from(["GET", "PUT", "POST"]),
    PATHS,
    st.dictionaries(NAMES, TEXTS | st.text(max_size=5), max_size=3),
    st.dictionaries(NAMES, VALUES, max_size=4) | VALUES,
)


@settings(max_examples=60, deadline=None)
@given(PROFILES, st.lists(REQUESTS, max_size=15))
def test_no_request_makes_the_fake_stumble_and_what_is_refused_changes_nothing(
    profile: Profile, requests: list[tuple[str, str, dict[str, str], object]]
):
    account = Account(profile)
    for request in requests:
        before = account.fake.counts()
        answer = account.ask(*request)
        assert answer.status in {200, 400, 404, 405, 500}
        assert (answer.status == 200) == (answer.reason == "")
        if answer.status == 200:
            json.loads(answer.body)
        else:
            assert account.fake.counts() == before
