"""Webhooks, from the change over the real fake to a real receiver."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx
import pytest

from mockserver.fake_process import FakeServer, running_fake
from mockserver.testing.control_client import ControlError
from mockserver.testing.crm_fake import CrmFake
from tests.support.in_process import MINICRM_LOGIN, InProcessFake
from tests.support.webhook_receiver import receiving

pytestmark = pytest.mark.slow
T0 = dt.datetime.fromisoformat("2026-11-20T10:00:00")
INTERVALS_S = (10, 60, 300, 900, 1800, 3600)


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace() as fake:
        yield fake


def put(fake: CrmFake, path: str, **fields: object) -> int:
    response = httpx.put(f"{fake.minicrm_url}/Api/R3/{path}", json=fields, auth=fake.minicrm, trust_env=False)
    assert response.status_code == 200, response.text
    return int(response.json()["Id"])


def states(fake: CrmFake) -> list[str]:
    return [each["state"] for each in fake.deliveries()]


def set_clock(fake: CrmFake, seconds: float) -> None:
    fake.clock(T0 + dt.timedelta(seconds=seconds))


def test_a_change_of_a_card_reaches_the_receiver_as_minicrm_tells_it(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url_with_login("shop:s%3Acret")})
        put(fake, "Project/6001", StatusId="Offer sent", Set1206="Kitchen, Bathroom", Enum1205="Website", Int1201="")
        assert states(fake) == ["delivered"]
    (body,), (headers,) = receiver.bodies, receiver.headers
    data = body["Data"]
    assert list(body) == ["Id", "Type", "Data", "Changed", "Schema"]
    assert (body["Id"], body["Type"], data["Id"]) == ("6001", "Project", "6001")
    assert data["SystemId"] == fake.minicrm.system_id
    assert data["Deleted"] == "0"
    assert all(isinstance(data[name], str) for name in ("CategoryId", "ContactId", "StatusId", "UserId", "UpdatedBy"))
    assert (data["Set1206"], data["Enum1205"], data["Int1201"]) == (3, "2", None)
    assert {"StatusId", "Int1201", "UpdatedAt"} <= set(body["Changed"]) <= data.keys()
    assert body["Schema"]["Enum1205"]["2"] == "Website"
    assert headers["authorization"] == "Basic c2hvcDpzOmNyZXQ="
    assert headers["content-type"] == "application/json"


def test_creation_trash_and_edits_of_people_are_told_and_tasks_are_not(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        contact = put(fake, "Contact", Type="Person", FirstName="Ada", LastName="Kiss")
        card = put(fake, "Project", CategoryId=11, ContactId=contact)
        put(fake, "ToDo", ProjectId=card, Comment="Call")
        put(fake, f"Project/{card}", Deleted=1)
        fake.edit({"crm": "minicrm", "kind": "project", "id": card, "set": {"Name": "By hand"}})
        assert states(fake) == ["delivered"] * 4
    told = [(body["Type"], body["Id"], body["Data"]["Deleted"], body["Data"]["Name"]) for body in receiver.bodies]
    assert [each[:3] for each in told] == [
        ("Contact", str(contact), "0"),
        ("Project", str(card), "0"),
        ("Project", str(card), "1"),
        ("Project", str(card), "1"),
    ]
    assert "CreatedAt" in receiver.bodies[1]["Changed"]
    assert receiver.bodies[2]["Changed"] == ["Deleted", "UpdatedAt"]
    assert told[3][3] == "By hand"


def test_the_card_of_an_offer_or_an_order_tells_its_document(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        for card in (6065, 6068, 6049, 6001):
            put(fake, f"Project/{card}", Name="Anew")
        fake.deliveries()
    assert [body.get("Head") for body in receiver.bodies] == [{"Id": "9013"}, {"Id": "9016"}, None, None]


def post(fake: CrmFake, path: str, body: object = None) -> dict[str, Any]:
    response = httpx.post(f"{fake.minicrm_url}/Api/{path}", json=body, auth=fake.minicrm, trust_env=False)
    assert response.status_code == 200, response.text
    return response.json()


def test_what_is_done_to_a_document_is_told_of_its_card(fake: CrmFake) -> None:
    item = {"Name": "Chair", "PriceNet": "1000", "Quantity": "1", "Unit": "pc", "VAT": "27"}
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url, "kinds": ["Project"]})
        order = post(fake, "Order", {"CustomerId": 5001, "CurrencyCode": "HUF", "Items": [item]})
        post(fake, f"Order/{order['Id']}/Finalize")
        post(fake, "Invoice", {"CustomerId": 5001, "Items": [{**item, "VAT": "27%"}]})
        assert set(states(fake)) == {"delivered"}
    cards = [body for body in receiver.bodies if body.get("Head") == {"Id": order["Id"]}]
    assert {body["Id"] for body in cards} == {order["ProjectId"]}
    assert "CreatedAt" in cards[0]["Changed"]
    assert "StatusId" in cards[-1]["Changed"]
    assert any("CreatedAt" in body["Changed"] and "Head" not in body for body in receiver.bodies)


def test_what_is_rolled_back_or_refused_is_not_told(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        refused = httpx.put(
            f"{fake.minicrm_url}/Api/R3/Project/6001", json={"Nmae": "x"}, auth=fake.minicrm, trust_env=False
        )
        assert refused.status_code == 400
        edit: dict[str, object] = {"crm": "minicrm", "kind": "project", "id": 6001, "set": {"Name": "x"}}
        with pytest.raises(ControlError):
            fake.edit(edit, {**edit, "id": 999_999})
        assert states(fake) == []
    assert receiver.bodies == []


def test_a_failed_try_is_made_again_at_the_documented_intervals_and_then_given_up(fake: CrmFake) -> None:
    set_clock(fake, 0)
    with receiving(lambda _body: 201) as receiver:
        fake.webhooks({"url": receiver.url})
        put(fake, "Project/6001", Name="Anew")
        passed = 0
        for tries, interval in enumerate(INTERVALS_S, start=1):
            set_clock(fake, passed + interval - 1)
            assert states(fake) == ["waiting"]
            assert len(receiver.bodies) == tries, "a try came too early"
            passed += interval
            set_clock(fake, passed)
            fake.deliveries()
            assert len(receiver.bodies) == tries + 1, "a try did not come"
        assert states(fake) == ["given_up"]
        set_clock(fake, 10 * passed)
        assert states(fake) == ["given_up"]
    assert len(receiver.bodies) == 7
    (delivery,) = fake.deliveries()
    assert [each["status"] for each in delivery["tries"]] == [201] * 7
    assert fake.requests(path="/changed")[-1]["reason"].endswith("the receiver answered 201, not 200; given up")


def test_a_retry_holds_nothing_back_and_first_tries_come_in_order(fake: CrmFake) -> None:
    set_clock(fake, 0)
    failed: set[str] = set()

    def fail_once(body: Mapping[str, Any]) -> int:
        name = body["Data"]["Name"]
        if name in failed or int(name) % 3:
            return 200
        failed.add(name)
        return 0

    with receiving(fail_once) as receiver:
        fake.webhooks({"url": receiver.url})
        for number in range(1, 31):
            put(fake, "Project/6001", Name=str(number))
        fake.deliveries()
        assert [int(body["Data"]["Name"]) for body in receiver.bodies] == list(range(1, 31))
        set_clock(fake, 10)
        assert states(fake) == ["delivered"] * 30
    assert sorted(int(body["Data"]["Name"]) for body in receiver.bodies[30:]) == list(range(3, 31, 3))


def test_one_leap_of_the_clock_makes_all_tries_that_it_leaps_over(fake: CrmFake) -> None:
    set_clock(fake, 0)
    with receiving(lambda _body: 500) as receiver:
        fake.webhooks({"url": receiver.url})
        put(fake, "Project/6001", Name="Anew")
        fake.deliveries()
        set_clock(fake, sum(INTERVALS_S))
        assert states(fake) == ["given_up"]
    assert len(receiver.bodies) == 7


def test_a_webhook_gets_the_kinds_the_module_and_the_fields_that_it_is_set_up_for(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks(
            {"URL": receiver.url, "Type": "Project", "CategoryId": "11", "Fields": ["StatusId"]},
            {"url": receiver.url, "kinds": "contact"},
        )
        put(fake, "Project/6001", Name="Not told")
        put(fake, "Project/6001", StatusId="Offer sent")
        put(fake, "Contact/5001", Phone="+36 1 999 1234")
        fake.deliveries()
    assert sorted(body["Type"] for body in receiver.bodies) == ["Contact", "Project"]


def test_no_login_of_a_webhook_is_shown_anywhere(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url_with_login("shop:hidden-word")})
        put(fake, "Project/6001", Name="Anew")
        fake.deliveries()
        texts = [
            httpx.get(f"{fake.url}/{path}", params={"workspace": fake.name}, trust_env=False).text
            for path in (
                "_control/webhooks",
                "_control/requests.har",
                f"_page/w/{fake.name}/journal",
                "_control/webhooks/deliveries",
            )
        ]
        shown = json.dumps([*texts, fake.requests(), fake.deliveries()])
    assert "hidden-word" not in shown
    assert "***:***@127.0.0.1" in texts[0]
    (entry,) = fake.requests(path="/changed")
    assert entry["outgoing"] is True
    assert entry["url"] == receiver.url
    assert receiver.url in texts[1]
    assert "webhook to http://127.0.0.1" in texts[2]


def test_a_reset_takes_webhooks_away(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        fake.reset()
        put(fake, "Project/6001", Name="Anew")
        assert states(fake) == []
    assert receiver.bodies == []


def test_each_workspace_has_webhooks_of_its_own(fake: CrmFake, fake_server: FakeServer) -> None:
    with receiving() as receiver, fake_server.new_workspace() as other:
        fake.webhooks({"url": receiver.url})
        put(other, "Project/6001", Name="Elsewhere")
        put(fake, "Project/6001", Name="Here")
        fake.deliveries()
        assert other.deliveries() == []
    assert [body["Data"]["Name"] for body in receiver.bodies] == ["Here"]


@pytest.mark.parametrize(
    ("fault", "status", "received"),
    [
        ({"kind": "status", "status": 503}, 503, 0),
        ({"kind": "html"}, 502, 0),
        ({"kind": "reset"}, 0, 0),
        ({"kind": "reset_after_commit"}, 0, 1),
        ({"kind": "truncate"}, 400, 0),
        ({"kind": "malformed"}, 400, 0),
        ({"kind": "latency", "delay_s": 0.05}, 200, 1),
    ],
)
def test_a_fault_meets_what_a_webhook_sends_where_it_is_meant(
    fake: CrmFake, fault: Mapping[str, object], status: int, received: int
) -> None:
    set_clock(fake, 0)
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        fake.faults({"match": {"webhook": True, "path": "/chang*"}, "times": 1, "fault": fault})
        put(fake, "Project/6001", Name="Anew")
        (delivery,) = fake.deliveries()
        assert [each["status"] for each in delivery["tries"]] == [status]
        assert len(receiver.bodies) == received
        set_clock(fake, 10)
        assert states(fake) == ["delivered"]
    assert fake.requests(path="/changed")[0]["fault"] == fault["kind"]


def test_a_fault_of_requests_meets_no_webhook(fake: CrmFake) -> None:
    with receiving() as receiver:
        fake.webhooks({"url": receiver.url})
        fake.faults({"match": {"method": "POST"}, "fault": {"kind": "reset"}})
        put(fake, "Project/6001", Name="Anew")
        assert states(fake) == ["delivered"]
    assert len(receiver.bodies) == 1


def test_a_receiver_that_is_not_there_holds_up_no_request(fake: CrmFake) -> None:
    fake.webhooks({"url": "http://127.0.0.1:9/changed"})
    put(fake, "Project/6001", Name="Anew")
    (delivery,) = fake.deliveries()
    assert (delivery["state"], delivery["tries"][0]["status"]) == ("waiting", 0)
    assert "cannot be reached" in delivery["tries"][0]["problem"]


@pytest.mark.parametrize(
    ("webhook", "said"),
    [
        ({}, "[0].url: is missing"),
        ({"url": "ftp://127.0.0.1/x"}, "is no http or https address"),
        ({"url": "http://crm.example/x"}, "start crm-mock with --webhook-host crm.example"),
        ({"url": "http://169.254.1.1/x"}, "--webhook-host 169.254.1.1"),
        ({"url": "http://127.0.0.1/x", "kinds": ["Projekt"]}, 'Did you mean "Project"?'),
        ({"url": "http://127.0.0.1/x", "kind": ["Project"]}, "kind: no such key"),
        ({"url": "http://127.0.0.1/x", "Type": "Project", "kinds": []}, "says the same as another key"),
        ({"url": "http://***:***@127.0.0.1/x"}, "its login is masked"),
        ({"url": "http://127.0.0.1/x", "CategoryId": "eleven"}, "category_id: write an id in digits"),
    ],
)
def test_what_sets_up_no_webhook_is_refused_with_what_to_write(
    fake: CrmFake, webhook: Mapping[str, object], said: str
) -> None:
    fake.webhooks({"url": "http://127.0.0.1/old"})
    with pytest.raises(ControlError) as refused:
        fake.webhooks(webhook)
    assert said in str(refused.value)
    kept = httpx.get(f"{fake.url}/_control/webhooks", params={"workspace": fake.name}, trust_env=False).json()
    assert [each["url"] for each in kept] == ["http://127.0.0.1/old"]


def test_another_host_is_taken_where_the_server_was_started_for_it() -> None:
    with running_fake("--webhook-host", "CRM.example") as server, server.new_workspace() as fake:
        fake.webhooks({"url": "https://crm.example/changed"})
        with pytest.raises(ControlError):
            fake.webhooks({"url": "https://other.example/changed"})


def test_a_fake_inside_a_process_keeps_what_nobody_sends() -> None:
    with closing(InProcessFake({"minicrm": {"modules": {}}})) as fake:
        assert fake.client.put("/_control/webhooks", json=[{"url": "http://127.0.0.1:9/x"}]).status_code == 200
        person = {"Type": "Person", "FirstName": "Ada"}
        assert fake.client.put("/Api/R3/Contact", json=person, auth=MINICRM_LOGIN).status_code == 200
        (shown,) = fake.client.get("/_control/webhooks").json()
    assert shown["deliveries"]["pending"] == 1
