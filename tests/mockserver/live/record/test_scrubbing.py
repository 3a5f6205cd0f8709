"""Whole interactions: nothing personal is left in the fixture, and the JSON has the shape it had."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.ivinex.live.record import IvinexScrubber
from mockserver.live.record.fixture_file import Recorder
from mockserver.live.record.interaction import Interaction
from mockserver.minicrm.live.record import MinicrmScrubber
from mockserver.scrubbing.pseudonyms import Pseudonyms
from tests.mockserver.live.record.account import (
    answered,
    emails,
    ids,
    leaves_of,
    names,
    people,
    phones,
    shape_of,
    texts,
    words,
)

PSEUDONYMS = Pseudonyms(b"a key for tests")
MINICRM = Recorder("minicrm", MinicrmScrubber(PSEUDONYMS), PSEUDONYMS, Path())
IVINEX = Recorder("ivinex", IvinexScrubber(PSEUDONYMS), PSEUDONYMS, Path())
VALIDATOR = Draft202012Validator(json.loads((resources.files("fixtures") / "schema.json").read_text()))

few = settings(max_examples=25)
_keys = st.text(st.characters(exclude_characters="@"), max_size=8)
any_json: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_keys, inner, max_size=3),
    ),
    max_leaves=8,
)

# Texts that the API's documents print, which say nothing of anybody.
PUBLIC = {"", "Person", "true", "false"}


def assert_valid(fixture: dict[str, Any]) -> None:
    # The package's own annotations leave one overload open.
    errors = list(VALIDATOR.iter_errors(fixture))  # pyright: ignore[reportUnknownMemberType]
    assert [error.message for error in errors] == []


def assert_nothing_survives(original: object, fixture: dict[str, Any]) -> None:
    """Look for every value of the original in what is written, whole values and single words."""
    written = json.dumps([fixture["request"], fixture["response"]["body"], fixture["title"], fixture["id"]])
    plain = json.dumps(json.loads(written), ensure_ascii=False)
    for leaf in leaves_of(original):
        if leaf is None or isinstance(leaf, bool) or leaf in PUBLIC or leaf == 0:
            continue
        for text in {str(leaf), *str(leaf).split()}:
            if len(re.sub(r"<p>|&nbsp;|\W", "", text)) > 3:
                assert text not in plain, text


def record(recorder: Recorder, interaction: Interaction) -> dict[str, Any]:
    fixture = recorder.build(interaction)
    assert_valid(fixture)
    return fixture


@few
@given(people)
def test_a_persons_detail_tells_nothing_of_the_person(person: dict[str, object]) -> None:
    fixture = record(MINICRM, answered(f"/Api/R3/Contact/{person['Id']}", person))

    moment = cast("str", person["CreatedAt"]).split()
    assert_nothing_survives({**person, "CreatedAt": moment[0]}, fixture)
    body = fixture["response"]["body"]
    assert shape_of(body) == shape_of(person)
    assert body["CreatedAt"].endswith(moment[1])
    assert fixture["request"]["path"] == f"/Api/R3/Contact/{body['Id']}"


@few
@given(st.lists(people, max_size=3, unique_by=lambda person: str(person["Id"])), words, phones, emails)
def test_a_search_tells_nothing_of_what_was_asked_or_found(
    found: list[dict[str, object]], word: str, phone: str, email: str
) -> None:
    results = {str(one["Id"]): {**one, "Url": f"https://r3.minicrm.hu/Api/R3/Contact/{one['Id']}"} for one in found}
    query = (("Query", word), ("Phone", phone), ("Email", email), ("Page", "1"))
    fixture = record(MINICRM, answered("/Api/R3/Contact", {"Count": len(found), "Results": results}, *query))

    body, asked = fixture["response"]["body"], fixture["request"]["query"]
    dates = [{**one, "CreatedAt": "", "Url": str(one["Id"])} for one in found]
    assert_nothing_survives([dates, word, phone, email], fixture)
    assert shape_of(body) == shape_of({"Count": len(found), "Results": results})
    assert (asked["Page"], body["Count"]) == ("1", len(found))
    for key, row in body["Results"].items():
        assert key == str(row["Id"])
        assert row["Url"] == f"https://r3.minicrm.hu/Api/R3/Contact/{key}"


@few
@given(
    st.dictionaries(
        st.sampled_from(["last_name", "email", "note", "company"]), st.one_of(names, emails, texts, st.none())
    ),
    ids,
    words,
)
def test_an_ivinex_record_and_the_filter_that_found_it_tell_nothing(
    fields: dict[str, object], record_id: int, word: str
) -> None:
    row = {"collection_id": str(record_id), "created_by": None, "newsletter": "true", **fields}
    filters = [{"Field": "last_name", "Operand": "Contains", "Value": word}]
    filters.append({"Field": "collection_id", "Operand": "LinkedTo", "Value": f"1001:{record_id}"})
    query = (("CollectionTypeID", "1002"), ("Filters", json.dumps(filters)), ("OrderBy", "created_date DESC"))
    fixture = record(IVINEX, answered("/API/Records.php", {"Records": [row]}, *query))

    assert_nothing_survives([row, word], fixture)
    body, asked = fixture["response"]["body"], fixture["request"]["query"]
    assert shape_of(body) == shape_of({"Records": [row]})
    assert (asked["CollectionTypeID"], asked["OrderBy"]) == ("1002", "created_date DESC")
    sent = json.loads(asked["Filters"])
    assert [(one["Field"], one["Operand"]) for one in sent] == [
        ("last_name", "Contains"),
        ("collection_id", "LinkedTo"),
    ]
    assert sent[1]["Value"] == f"1001:{body['Records'][0]['collection_id']}"


@few
@given(people)
def test_what_is_written_tells_nothing_either(person: dict[str, object]) -> None:
    sent = {**person, "CreatedAt": ""}
    fixture = record(MINICRM, answered("/Api/R3/Contact", {"Id": person["Id"]}, method="PUT", sent=sent))
    assert_nothing_survives(sent, fixture)
    assert shape_of(fixture["request"]["body"]) == shape_of(sent)

    records = [{"CollectionTypeID": 1001, "CollectionID": person["Id"], **sent}]
    fixture = record(IVINEX, answered("/API/Records.php", [], method="POST", sent={"Records": records}))
    assert_nothing_survives(sent, fixture)
    assert fixture["request"]["body"]["Records"][0]["CollectionTypeID"] == 1001


@few
@given(any_json)
def test_any_json_at_all_becomes_a_valid_fixture_of_the_same_types(body: object) -> None:
    places = [(MINICRM, "/Api/R3/Project/1"), (MINICRM, "/Api/R3/Schema/Person"), (IVINEX, "/API/Records.php")]
    for recorder, path in places:
        scrubbed = record(recorder, answered(path, body))["response"]["body"]
        assert [type(leaf) for leaf in leaves_of(scrubbed)] == [type(leaf) for leaf in leaves_of(body)]


def test_ids_agree_between_a_list_a_detail_a_path_and_a_parameter() -> None:
    listed = record(MINICRM, answered("/Api/R3/ToDoList/6002", {"Count": 1, "Results": [{"Id": "881", "UserId": 101}]}))
    detail = record(MINICRM, answered("/Api/R3/ToDo/881", {"Id": 881, "ProjectId": 6002}))
    search = record(MINICRM, answered("/Api/R3/Project", {"Count": 0, "Results": []}, ("UserId", "101")))

    row = listed["response"]["body"]["Results"][0]
    assert row["Id"] == str(detail["response"]["body"]["Id"]) == detail["request"]["path"].rpartition("/")[2]
    assert listed["request"]["path"].endswith(f"/{detail['response']['body']['ProjectId']}")
    assert search["request"]["query"]["UserId"] == str(row["UserId"])


SCHEMA = {
    "Id": "Int",
    "Name": "Text(128)",
    "StatusId": {"2500": "In talks", "2509": "Won"},
    "UserId": {"3200": "Wexler Judy"},
    "Set1035": {"1": "Kitchen", "2": "Hall"},
}
PROJECT = {"Id": 77123, "StatusId": "In talks", "UserId": "Wexler Judy", "Set1035": "Kitchen, Hall", "Name": "Kitchen"}


def test_labels_are_replaced_as_in_the_schema() -> None:
    schema = record(MINICRM, answered("/Api/R3/Schema/Project/3", SCHEMA))["response"]["body"]
    project = record(MINICRM, answered("/Api/R3/Project/77123", PROJECT))["response"]["body"]

    assert (schema["Id"], schema["Name"]) == ("Int", "Text(128)")
    assert list(schema["StatusId"]) == ["2500", "2509"]
    assert list(schema["Set1035"]) == ["1", "2"]
    assert project["StatusId"] == schema["StatusId"]["2500"] != "In talks"
    assert [project["UserId"]] == list(schema["UserId"].values()) != ["Wexler Judy"]
    assert list(schema["UserId"]) != ["3200"]
    assert project["Set1035"] == ", ".join(schema["Set1035"].values())


def test_labels_that_a_schema_has_shown_can_be_kept_while_users_and_names_are_not() -> None:
    recorder = Recorder("minicrm", MinicrmScrubber(PSEUDONYMS, keeps_labels=True), PSEUDONYMS, Path())
    schema = record(recorder, answered("/Api/R3/Schema/Project/3", SCHEMA))["response"]["body"]
    project = record(recorder, answered("/Api/R3/Project/77123", PROJECT))["response"]["body"]

    assert (schema["StatusId"], schema["Set1035"]) == (SCHEMA["StatusId"], SCHEMA["Set1035"])
    assert (project["StatusId"], project["Set1035"]) == ("In talks", "Kitchen, Hall")
    assert "Wexler" not in json.dumps([schema, project])
    assert project["Name"] != "Kitchen"


def test_modules_keep_their_ids_and_lose_their_names() -> None:
    details = {
        "3": {"Id": 1, "OrderId": 2, "Name": "Judy", "Type": "Generic", "SenderName": "Judy", "Phone": 36201234567}
    }
    body = record(MINICRM, answered("/Api/R3/Category", details, ("Detailed", "1")))["response"]["body"]["3"]
    assert (body["Id"], body["OrderId"], body["Type"]) == (1, 2, "Generic")
    assert "Judy" not in json.dumps(body)
    assert len(str(body["Phone"])) == 11
    assert body["Phone"] != 36201234567


INVOICE: dict[str, Any] = {
    "Id": "41",
    "Number": "E-2026/00007",
    "Type": "Invoice",
    "Media": "PKI",
    "Customer": {
        "Name": "Kertvarázs Kft.",
        "CountryId": "36",
        "PostalCode": "1111",
        "City": "Budapest",
        "Address": "Rózsa utca 5.",
        "AccountNumber": "11700000-00000001",
        "VatNumber": "12345678-2-41",
    },
    "Subject": "Padlásszellőző beépítése",
    "Paid": "0000-00-00",
    "CurrencyCode": "HUF",
    "Amount": "25400.00",
    "IsReverseCharge": "0",
    "DocumentUrl": "https://r3.minicrm.hu/73112/Download/S3/?t=doc&inline=0&e=Zk3vQ9xLm2Pt7RbWc8Yd4NsHf6JgKa",
    "Items": [{"Name": "Szellőző", "PriceNet": "10 000,00", "VAT": "27%", "Quantity": "2"}],
}
MAIL: dict[str, Any] = {
    "Id": "31",
    "From": "nagy.eszter@padlas.example",
    "To": "Varga Katalin <varga.katalin@kertvarazs.example>",
    "Subject": "Ajánlatunk",
    "Body": "<p>Kedves <b>Katalin</b>, hívjon a 06 20 123 4567 számon!</p>",
    "Status": "Sent",
    "CreatedAt": "2026-11-03 10:31:00",
}
"""What names people and firms, in every place that a document and a mail have for it. All of it is invented."""


def test_an_invoice_tells_nothing_of_the_customer_and_its_address_opens_no_file() -> None:
    fixture = record(MINICRM, answered("/Api/Invoice/41", body=INVOICE))
    assert fixture["request"]["path"].startswith("/Api/Invoice/")
    written = json.dumps(fixture, ensure_ascii=False)
    secrets = [*INVOICE["Customer"].values(), INVOICE["Number"], INVOICE["Subject"], INVOICE["Amount"], "Szellőző"]
    secrets += ["73112", "Zk3vQ9xLm2Pt7RbWc8Yd4NsHf6JgKa", "Kertvarázs", "Rózsa"]
    assert [word for word in secrets if len(str(word)) > 2 and str(word) in written] == []
    words = ("Type", "Media", "Paid", "CurrencyCode", "IsReverseCharge")
    kept = {name: fixture["response"]["body"][name] for name in words}
    assert kept == {name: INVOICE[name] for name in kept}
    assert shape_of(fixture["response"]["body"]) == shape_of(INVOICE)


def test_a_list_of_mails_tells_neither_who_wrote_nor_what() -> None:
    fixture = record(MINICRM, answered("/Api/R3/EmailList/6001", body={"Count": 1, "Results": {"31": MAIL}}))
    written = json.dumps(fixture, ensure_ascii=False)
    secrets = ("eszter", "padlas", "Katalin", "kertvarazs", "Ajánlatunk", "hívjon", "123 4567", "6001", '"31"')
    assert [word for word in secrets if word in written] == []
    assert "<p>" in written


def test_an_invoice_in_a_list_and_in_its_detail_has_one_id() -> None:
    listed = record(MINICRM, answered("/Api/Invoice/List", body={"Count": 1, "Results": {"4711": {"Id": "4711"}}}))
    detail = record(MINICRM, answered("/Api/Invoice/4711", body={"Id": "4711"}))
    [key] = listed["response"]["body"]["Results"]
    assert listed["request"]["path"] == "/Api/Invoice/List"
    assert detail["request"]["path"] == f"/Api/Invoice/{key}"
    assert detail["response"]["body"]["Id"] == key
