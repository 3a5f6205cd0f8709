"""Everything is decoded once: a search finds what was stored, and not what a second decoding makes of it."""

from __future__ import annotations

from urllib.parse import unquote, unquote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.properties.clients import Clients
from tests.properties.seeds import build_seed
from tests.properties.strategies import FILLED_TEXT, share

ESCAPES = st.lists(
    st.sampled_from(["+", "%20", "%2B", "%252B", "%25", "%", "%C5%91", "a", "b ", "&amp;", "%26", "=", "\\u0041"]),
    min_size=1,
    max_size=6,
).map("".join)


@pytest.fixture(scope="module", autouse=True)
def _seeded(clients: Clients) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest calls it
    clients.fake.seed(build_seed(contacts=[{"Id": 1, "Type": "Business", "Name": "A"}]))


@given(text=ESCAPES)
@share(40)
@example(text="+36301234567")
@example(text="a%20b%252Bc+d")
@example(text="100%25")
def test_a_text_full_of_escapes_finds_itself_and_not_what_it_would_decode_to(clients: Clients, text: str) -> None:
    decoys = {unquote(text), unquote_plus(text), text.replace("+", " "), text.replace(" ", "+")} - {text}
    assume(all(decoy.casefold() != text.casefold() for decoy in decoys))
    results = clients.run(
        lambda: clients.ivinex.create_records("1001", [{"name": one, "bio": text} for one in (text, *decoys)])
    )
    made = {result.get("id", "") for result in results}
    own = results[0].get("id")
    for operand, wanted in (("Equal", text), ("In", [text])):
        if operand == "Equal" or text == text.strip():  # In is comma-separated text, whose parts may be stripped
            assert made.intersection(
                clients.find_records("1001", ("name", operand, wanted), ("bio", "Equal", text))
            ) == {own}


@given(text=ESCAPES.filter(str.strip))
@share(40)
@example(text="+36301234567")
@example(text="a%20b%252Bc+d")
def test_a_reference_id_full_of_escapes_finds_its_own_project_alone(clients: Clients, text: str) -> None:
    decoys = [one for one in {unquote(text), unquote_plus(text)} - {text} if one.strip() and "\x00" not in one]
    ids: list[str] = []
    for reference in (*decoys, text):
        fields = {"CategoryId": 3, "ContactId": 1, "ReferenceId": reference, "Name": text}
        ids.append(clients.run(lambda fields=fields: clients.minicrm.create_project(fields))["id"])
    assert clients.run(lambda: clients.minicrm.get_project_by_reference(text))["id"] not in ids[:-1]
    assert ids[-1] in clients.find_projects(Name=text, Deleted=0)
    for project_id in ids:
        clients.run(lambda project_id=project_id: clients.minicrm.update_project(project_id, {"Deleted": 1}))


@given(number=st.integers(10**8, 10**11).map(str))
@share(20)
@example(number="36301234567")
def test_a_phone_number_is_found_with_its_plus(clients: Clients, number: str) -> None:
    written = {"Type": "Business", "Name": "B", "Phone": f"+{number}"}
    contact_id = clients.run(lambda: clients.minicrm.create_contact(written))["id"]
    assert contact_id in clients.find_contacts(Phone=f"+{number}")
    assert clients.last_request()["query"] == {"Phone": f"+{number}"}
    record = clients.run(lambda: clients.ivinex.create_records("1001", [{"name": f"+{number}"}]))[0]
    assert record.get("id") in clients.find_records("1001", ("name", "Equal", f"+{number}"))
    assert record.get("id") not in clients.find_records("1001", ("name", "Equal", f" {number}"))


@given(moment=st.datetimes().map(lambda at: at.replace(microsecond=0, year=2000 + at.year % 30)))
@share(20)
def test_a_moment_of_updated_since_arrives_with_its_space(clients: Clients, moment: object) -> None:
    for written in (str(moment), str(moment).replace(" ", "T")):
        clients.find_projects(UpdatedSince=written)
        asked = clients.last_request()
        assert (asked["query"], asked["status"]) == ({"UpdatedSince": str(moment)}, 200)


@given(text=FILLED_TEXT)
@share(40)
@example(text="%00%0A<b>&lt;</b>")
def test_any_text_that_is_written_is_read_back_unchanged(clients: Clients, text: str) -> None:
    (created,) = clients.run(lambda: clients.ivinex.create_records("1001", [{"name": text}]))
    record = clients.run(lambda: clients.ivinex.get_record("1001", created.get("id", "")))
    assert record["fields"]["name"] == text
    contact = clients.run(lambda: clients.minicrm.create_contact({"Type": "Business", "Name": text}))
    assert clients.run(lambda: clients.minicrm.get_contact(contact["id"]))["name"] == text
