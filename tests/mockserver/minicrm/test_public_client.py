"""The calls of a public client of MiniCRM, with 64 tools over it, each get an answer that it can use.

It takes what is not below 400 for a success, and reads JSON; the paths and bodies are those that it sends.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.support.in_process import MINICRM_LOGIN

CALL = {"Number": "+36205550121", "Duration": 60, "CallType": 1, "Date": "2026-11-20 10:00:00"}
PRODUCT = {"Name": "Polc", "SKU": "TF-777", "VAT": "27%", "PriceNet": 9900, "CurrencyCode": "HUF", "Quantity": 3}
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
