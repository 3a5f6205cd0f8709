"""The calls of a public client of MiniCRM, with 64 tools over it, each get an answer that it can use.

It takes what is not below 400 for a success, and reads JSON; the paths and bodies are those that it sends.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.crm.profiles import Profile
from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.support.in_process import MINICRM_LOGIN

CALL = {"Number": "+36205550121", "Duration": 60, "CallType": 1, "Date": "2026-11-20 10:00:00"}
PRODUCT = {"Name": "Polc", "SKU": "TF-777", "VAT": "27%", "PriceNet": 9900, "CurrencyCode": "HUF", "Quantity": 3}
SOLD = {"Name": "Polc", "PriceNet": 9900, "Quantity": 3, "Unit": "darab", "VAT": "27%"}
ENDS = {"FromProjectId": 6001, "ToProjectId": 6002}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/Api/R3/Category", None),
        ("GET", "/Api/R3/Schema/Project/11", None),
        ("GET", "/Api/R3/Project?CategoryId=11", None),
        ("GET", "/Api/R3/Project/6001", None),
        ("GET", "/Api/R3/ProjectHistory/6001?Type=StatusHistory", None),
        ("GET", "/Api/R3/ToDoList/6001?Status=Open", None),
        ("GET", "/Api/R3/ToDoList/6001", None),
        ("PUT", "/Api/R3/ToDo", {"ProjectId": 6001, "Comment": "Hívás", "Type": 31}),
        ("POST", "/Api/R3/ToDo/7001", {"Status": "Closed"}),
        ("POST", "/Api/R3/ToDo/7001", {"Status": "Closed", "ClosedAt": "2026-11-20"}),
        ("GET", "/Api/R3/EmailList/6001", None),
        ("GET", "/Api/R3/EmailList/6001?CreatedAt=2026-11-01", None),
        ("GET", "/Api/R3/TemplateList/11", None),
        ("GET", "/Api/R3/Template/9101", None),
        ("PUT", "/Api/R3/CreateProjectConnection", ENDS),
        ("GET", "/Api/R3/ListProjectConnection?FromProjectId=6001", None),
        ("PUT", "/Api/R3/UpdateProjectConnection", {"FromProjectId": 6001, "ToProjectId": 6034, "Description": "x"}),
        ("PUT", "/Api/R3/DeleteProjectConnection", {"FromProjectId": 6001, "ToProjectId": 6034}),
        ("PUT", "/Api/R3/Product", PRODUCT),
        ("PUT", "/Api/R3/Product/9503", {"PriceNet": 3600}),
        ("PUT", "/Api/R3/Product/9503", {"Deleted": 1}),
        ("POST", "/Api/CallLog", {"ApiKey": "demo-voip-key", "UserExtension": "105", "Data": [CALL]}),
        ("GET", "/Api/Invoice/List", None),
        ("GET", "/Api/Order/List", None),
        ("GET", "/Api/Offer/List", None),
        ("GET", "/Api/Invoice/List?UpdatedSince=2026-01-01%2010:00:00&Page=0", None),
        ("GET", "/Api/Order/List?StatusGroup=Failed", None),
        ("GET", "/Api/Invoice/9001", None),
        ("GET", "/Api/Order/9016", None),
        ("GET", "/Api/Offer/9013", None),
        ("POST", "/Api/Invoice", {"CustomerId": 5001, "Type": "Proforma", "Items": [SOLD]}),
        ("POST", "/Api/Invoice/9002/Paid", {"PaymentDate": "2026-11-20"}),
        ("POST", "/Api/Invoice/9004/Storno", {}),
        ("POST", "/Api/Offer", {"CustomerId": 5101, "Items": [SOLD]}),
        ("POST", "/Api/Offer/9013/Project", {"StatusId": 2603}),
        ("POST", "/Api/Order", {"CurrencyCode": "HUF", "Items": [{**SOLD, "SKU": "TF-777"}], "CustomerId": 5001}),
        ("POST", "/Api/Order/9016", {"CustomerId": 5111, "Subject": "Sürgős"}),
    ],
)
def test_a_call_is_answered_with_something_that_can_be_read(
    start_fake: StartFake, method: str, path: str, body: dict[str, object] | None
):
    fake = start_fake(dict(read_seed("demo")))
    content = None if body is None else json.dumps(body)
    headers = {"Content-Type": "application/json"}

    response = fake.client.request(method, path, content=content, headers=headers, auth=MINICRM_LOGIN)

    found: Any = response.json()
    assert response.status_code == 200, response.text
    assert isinstance(found, dict)
    assert found


def test_a_person_is_purged_as_it_does(start_fake: StartFake):
    fake = start_fake(dict(read_seed("demo")))
    body = {"Type": "Person", "FirstName": "Egy", "LastName": "Ember"}
    made = fake.client.put("/Api/R3/Contact", json=body, auth=MINICRM_LOGIN).json()["Id"]

    purged = fake.client.get(f"/Api/R3/PurgePerson/{made}", auth=MINICRM_LOGIN)

    assert (purged.status_code, purged.json().keys()) == (200, {"Message"})


def test_its_moves_of_orders_by_get_are_refused_unless_a_switch_lets_them_through(start_fake: StartFake):
    seed = dict(read_seed("demo"))
    strict = start_fake(seed).client.get("/Api/Order/9016/Finalize", auth=MINICRM_LOGIN)
    assert (strict.status_code, strict.headers["allow"]) == (405, "POST")

    lenient = start_fake(seed, Profile(switches={"order-actions-by-get": True})).client
    for name in ("Finalize", "Complete", "Paid"):
        assert lenient.get(f"/Api/Order/9016/{name}", auth=MINICRM_LOGIN).json()["Id"] == "9016"
    assert lenient.get("/Api/Order/9018/Storno", auth=MINICRM_LOGIN).status_code == 405
