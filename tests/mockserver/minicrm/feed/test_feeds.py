"""What other programs send in is stored by the API's rules, and stands on the page and in the journal."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from mockserver.crm.profiles import Profile
from tests.mockserver.conftest import StartFake
from tests.mockserver.minicrm.account import SEED
from tests.support.in_process import MINICRM_LOGIN, InProcessFake, build_seed

FEEDS: dict[str, Any] = {
    "voip_key": "a-voip-key",
    "forms": [{"Id": 1, "CategoryId": 3, "Token": "abc", "Url": "https://shop.example/thanks", "Info": "Thanks."}],
    "shared_filters": [
        {"Id": 1, "CategoryId": 3, "Token": "aaa-bbb", "StatusGroup": "Open", "Columns": ["Name", "StatusId", "Set1"]}
    ],
}
CALL: dict[str, object] = {
    "Number": "06 20 123 4567",
    "Duration": 61,
    "CallType": 1,
    "Date": "2026-01-02 02:00:00",
    "ReferenceId": "c1",
}


@pytest.fixture
def fake(start_fake: StartFake) -> InProcessFake:
    return start_fake(build_seed(minicrm={**SEED, **FEEDS}))


def read(fake: InProcessFake, path: str, **query: str) -> Any:
    return fake.client.get(f"/Api/R3/{path}", params=query, auth=MINICRM_LOGIN).json()


def log_calls(fake: InProcessFake, *calls: dict[str, object], key: str = "a-voip-key") -> httpx.Response:
    body = {"ApiKey": key, "UserExtension": "12", "Data": calls}
    return fake.client.post("/Api/CallLog", json=body, auth=MINICRM_LOGIN)


def read_journal(fake: InProcessFake) -> str:
    return fake.client.get("/_control/requests").text


def read_page(fake: InProcessFake, kind: str) -> str:
    return fake.client.get(f"/_page/minicrm/{kind}").text


def test_a_call_lands_on_the_contacts_card_that_was_updated_last(fake: InProcessFake):
    project = {"CategoryId": 3, "ContactId": 11, "Name": "Newest"}
    newest = fake.client.put("/Api/R3/Project", json=project, auth=MINICRM_LOGIN).json()["Id"]

    answer = log_calls(fake, CALL, {**CALL, "Number": "+36 1 999 9999", "ReferenceId": "c2"})

    assert (answer.status_code, answer.json()) == (200, {"Skipped": 1, "Processed": 1, "Exists": 0})
    assert log_calls(fake, CALL).json() == {"Skipped": 0, "Processed": 0, "Exists": 1}
    assert fake.client.get("/_control/health").json()["counts"]["minicrm"]["calls"] == 1
    assert "06 20 123 4567" in read_page(fake, f"project-3/{newest}")
    assert str(newest) in read_page(fake, "call/1")


def test_another_key_than_the_voip_key_is_refused_and_no_key_stands_in_the_journal(fake: InProcessFake):
    refused = log_calls(fake, CALL, key="wrong-key")
    log_calls(fake, CALL)

    assert refused.status_code == 403
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert "wrong-key" not in read_journal(fake)
    assert "a-voip-key" not in read_journal(fake)


@pytest.mark.parametrize(
    "wrong", [{"CallType": 3}, {"Duration": "long"}, {"Number": "12"}, {"Date": "2026-01-02"}, {"Number": None}]
)
def test_a_call_that_makes_no_sense_is_refused_with_all_others(fake: InProcessFake, wrong: dict[str, object]):
    assert log_calls(fake, CALL, {**CALL, "ReferenceId": "c2", **wrong}).status_code == 400
    assert fake.client.get("/_control/health").json()["counts"]["minicrm"]["calls"] == 0


def test_the_counts_have_the_names_of_the_manuals_text_where_the_account_has_it_so(start_fake: StartFake):
    seed = build_seed(minicrm={**SEED, **FEEDS})
    fake = start_fake(seed, Profile(switches={"call-log-tells-not-found": True}))

    assert log_calls(fake, CALL).json() == {"Missing": 0, "NotFound": 0, "Processed": 1}


def sign_up(fake: InProcessFake, **fields: str) -> Any:
    form = {"FormHash": "10001-abc", **{name.replace("__", "[1][") + "]": value for name, value in fields.items()}}
    answer = fake.client.post("/Api/Signup", files={name: (None, value) for name, value in form.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_form_makes_a_card_a_contact_and_a_task_without_a_login(fake: InProcessFake):
    answer = sign_up(
        fake, Contact__LastName="Új", Contact__Email="uj@example.com", Project__Text1="árvíz", ToDo__Comment="Ring."
    )

    assert (answer["Error"], answer["Url"], answer["Info"]) == ("", "https://shop.example/thanks", "Thanks.")
    assert (answer["Data"]["Email"], answer["Data"]["Name"]) == ("uj@example.com", "Új")
    (project_id,) = read(fake, "Project", Text1="árvíz")["Results"]
    project = read(fake, f"Project/{project_id}")
    assert project["CategoryId"] == 3
    assert read(fake, f"Contact/{project['ContactId']}")["LastName"] == "Új"
    assert [each["Comment"] for each in read(fake, f"ToDoList/{project_id}")["Results"]] == ["Ring."]
    assert "ProjectId" in read_page(fake, "sign-up/1")


def test_a_form_finds_the_contact_that_is_there_and_may_come_with_a_login(fake: InProcessFake):
    data = {"FormHash": "10001-abc", "Contact[9][Email]": "ORS@tolgyfa.example", "Contact[9][Position]": "Boss"}
    answer = fake.client.post("/Api/Signup", data=data, auth=MINICRM_LOGIN).json()

    assert (answer["Error"], answer["Data"]["Name"]) == ("", "Örs Nagy")
    assert read(fake, "Contact/11")["Position"] == "Boss"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"Project__Text1": "nobody"}, "Contact"),
        ({"Contact__LastName": "Kis", "Project__Text1": "x" * 21}, "Text1"),
        ({"Contact__LastName": "Kis", "ToDo__Type": "Sing"}, "Type"),
    ],
)
def test_a_form_that_fails_says_why_and_saves_nothing(fake: InProcessFake, fields: dict[str, str], field: str):
    before = fake.client.get("/_control/health").json()["counts"]["minicrm"]

    answer = sign_up(fake, **fields)

    assert answer["Error"] != ""
    assert answer["ErrorFieldId"] == field
    assert answer["Data"] == {"ProjectHash": "", "ContactHash": "", "Email": "", "Name": ""}
    assert fake.client.get("/_control/health").json()["counts"]["minicrm"] == before


def test_a_form_of_another_account_or_none_opens_nothing(fake: InProcessFake):
    unknown = {"FormHash": (None, "10002-abc")}

    assert fake.client.post("/Api/Signup", files=unknown).status_code == 401
    assert fake.client.post("/Api/Signup", files={"FormHash": (None, "10001-xyz")}).json()["Error"] != ""


def test_a_hash_opens_a_list_of_cards_and_stands_in_no_journal(fake: InProcessFake):
    answer = fake.client.get("/Api/SharedFilter", params={"Hash": "10001-aaa-bbb", "Type": "Project"})

    rows = list(csv.reader(io.StringIO(answer.text)))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0] == ["ProjectHash", "Name", "Status", "Rooms"]
    assert [row[1:] for row in rows[1:]] == [["Kitchen, Örs", "Offer", "Kitchen, Bath"]]
    assert len(rows[1][0]) == 30
    assert "aaa-bbb" not in read_journal(fake)
    assert fake.client.get("/Api/SharedFilter", params={"Hash": "10001-aaa-ccc"}).status_code == 404


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<Shop>
  <Products><Product Id="1"><Name>Polc</Name><SKU>P-1</SKU><PriceNet>12,5</PriceNet><FolderName>Új mappa</FolderName>
    </Product></Products>
  <Projects>
    <Project Id="W-1"><CategoryId>3</CategoryId><StatusId>Offer</StatusId><Name>Rendelés W-1</Name>
      <Contacts><Contact Id="K-1"><FirstName>Éva</FirstName><LastName>Kis</LastName><Type>Person</Type></Contact>
      </Contacts>
      <Project><Text1>ajándék</Text1></Project>
    </Project>
    <Project Id="W-2"><CategoryId>3</CategoryId><StatusId>Nowhere</StatusId><ContactId>K-1</ContactId></Project>
  </Projects>
</Shop>"""


def upload(fake: InProcessFake, text: str, system_id: str = "10001") -> httpx.Response:
    return fake.client.post(f"/Api/SyncFeed/{system_id}/Upload", content=text.encode(), auth=MINICRM_LOGIN)


def test_a_shops_file_makes_cards_contacts_and_products_and_changes_them_the_next_time(fake: InProcessFake):
    made = upload(fake, FEED).json()
    changed = upload(fake, FEED.replace("Rendelés W-1", "Rendelés W-1, kész")).json()

    created = {"Created": 1, "Updated": 0}
    assert (made["Contacts"], made["Projects"], made["Products"]) == (created, created, created)
    assert changed["Projects"] == {"Created": 0, "Updated": 1}
    assert made["Refused"][0].startswith("Project W-2: ")
    card = read(fake, "Project", ReferenceId="W-1")
    assert (card["Name"], card["Text1"], card["StatusId"]) == ("Rendelés W-1, kész", "ajándék", "Offer")
    assert read(fake, f"Contact/{card['ContactId']}")["FirstName"] == "Éva"
    assert "Polc" in read_page(fake, "product")
    assert "W-2" in read_page(fake, "feed-import/1")


@pytest.mark.parametrize("text", ["<Projects><Project></Projects>", "Id;Name", "<!DOCTYPE a><Projects/>", ""])
def test_a_file_that_is_no_xml_is_refused_in_plain_english(fake: InProcessFake, text: str):
    answer = upload(fake, text)

    assert (answer.status_code, "XML" in answer.text) == (400, True)
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_where_a_file_lies_is_kept_without_its_login_and_nothing_is_fetched(fake: InProcessFake):
    source = "https://shop:secret@shop.example/feed.xml"
    answer = fake.client.get("/Api/SyncFeed/10001", params={"Source": source}, auth=MINICRM_LOGIN)

    assert (answer.status_code, answer.json()["Fetched"]) == (200, False)
    assert "secret" not in read_journal(fake)
    assert "https://shop.example/feed.xml" in read_page(fake, "feed-import/1")
    assert "secret" not in read_page(fake, "feed-import/1")


def test_feeds_of_another_account_and_without_a_login_are_refused(fake: InProcessFake):
    assert upload(fake, FEED, "10002").status_code == 404
    assert fake.client.post("/Api/SyncFeed/10001/Upload", content=FEED.encode()).status_code == 401
    assert fake.client.post("/Api/CallLog", json={}).status_code == 401
    assert fake.client.get("/Api/SyncFeed/10001", params={"Source": "feed.xml"}, auth=MINICRM_LOGIN).status_code == 400


def test_a_shop_may_send_180_files_an_hour_and_invoices_have_no_limit(start_fake: StartFake):
    fake = start_fake(build_seed(minicrm={**SEED, **FEEDS}), Profile("observed"))
    source = {"Source": "https://shop.example/feed.xml"}

    def ask(path: str, **query: str) -> int:
        return fake.client.get(path, params=query, auth=MINICRM_LOGIN).status_code

    assert [ask("/Api/SyncFeed/10001", **source) for _ in range(181)] == [*[200] * 180, 429]
    assert {ask("/Api/Invoice/List") for _ in range(61)} == {200}
    assert ask("/Api/R3/Category") == 200
    fake.client.put("/_control/clock", json={"now": "2031-01-01T10:00:00"})
    assert ask("/Api/SyncFeed/10001", **source) == 200


ORDER = """<Projects><Project Id="W-9"><CategoryId>3</CategoryId><Name>Bolt</Name><ContactId>11</ContactId><Orders>
  <Order Id="R-1"><CurrencyCode>HUF</CurrencyCode><Subject>Webes rendelés</Subject>
    <Customer><Name>Nagy Örs</Name><CountryId>Magyarország</CountryId><PostalCode>1117</PostalCode><City>Budapest</City>
      <Address>Fő utca 1.</Address></Customer>
    <Products><Product Id="1"><Name>Polc</Name><PriceNet>1000</PriceNet><Quantity>2</Quantity><Unit>db</Unit>
      <VAT>27%</VAT></Product></Products>
  </Order></Orders></Project></Projects>"""


def test_an_order_of_a_shop_becomes_an_order_once(start_fake: StartFake):
    orders = {"name": "Orders", "type": "Order", "statuses": {"91": {"label": "Draft", "group": "Open"}}}
    fake = start_fake(build_seed(minicrm={**SEED, **FEEDS, "modules": {**SEED["modules"], "9": orders}}))

    made, again = upload(fake, ORDER).json(), upload(fake, ORDER).json()

    assert (made.get("Refused"), made["Orders"]) == (None, {"Created": 1, "Updated": 0})
    assert again["Orders"] == {"Created": 0, "Updated": 1}
    (row,) = fake.client.get("/Api/Order/List", auth=MINICRM_LOGIN).json()["Results"].values()
    detail = fake.client.get(f"/Api/Order/{row['Id']}", auth=MINICRM_LOGIN).json()
    assert (detail["Subject"], detail["Customer"]["Name"], float(detail["Amount"])) == (
        "Webes rendelés",
        "Nagy Örs",
        2540,
    )
