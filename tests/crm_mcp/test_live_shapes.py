"""Every read tool works, or explains, on answers as live servers give them today (see the field notes' grades).

A stub stands in place of both CRMs; its answers are written by hand from observed shapes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from tests.support.mcp_play import assistant, both_crms, call, fail

pytestmark = pytest.mark.slow

URL = "https://crm.example"
API = f"{URL}/Api/R3"
RECORDS = f"{URL}/API/Records.php"
UNAUTHORIZED = "404 - Unauthorized: Access denied"


def php(text: str) -> httpx.Response:
    """Answer with a body exactly as PHP would print it."""
    return httpx.Response(200, content=text.encode(), headers={"content-type": "application/json; charset=utf-8"})


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[respx.MockRouter]:
    monkeypatch.chdir(tmp_path)
    for name, value in both_crms(URL).items():
        monkeypatch.setenv(name, value)
    with respx.mock(assert_all_called=False) as router:
        router.get(f"{API}/Category").mock(php("[]"))
        yield router


def play(tool: str, **arguments: Any) -> Any:
    async def run() -> Any:
        async with assistant() as client:
            return await call(client, tool, **arguments)

    return asyncio.run(run())


def play_failing(tool: str, **arguments: Any) -> str:
    async def run() -> str:
        async with assistant() as client:
            return await fail(client, tool, **arguments)

    return asyncio.run(run())


def test_a_project_search_with_integer_ids_and_absent_keys(live: respx.MockRouter) -> None:
    live.get(f"{API}/Project").mock(
        php(
            '{"Count":2,"Results":{"7":{"Id":7,"Name":"K\\u00e1v\\u00e9 \\/ Tea","Url":"https:\\/\\/r3.minicrm.hu\\/Api'
            '\\/R3\\/Project\\/7","ContactId":3,"StatusId":2500,"UserId":9,"Deleted":0},'
            '"8":{"Id":8,"Name":"B","ContactId":3,"BusinessId":4,"StatusId":2500,"UserId":9,"Deleted":1}}}'
        )
    )
    live.get(f"{API}/Contact").mock(php('{"Count":1,"Results":{"3":{"Id":3,"Name":"Anna"}}}'))
    live.get(f"{API}/Contact/4").mock(php('{"Id":4,"Type":"C\\u00e9g","Name":"Kft."}'))
    page = play("search_projects", query="k")
    assert page["total"] == 2
    assert page["items"][0] == {
        "id": "7",
        "name": "K\u00e1v\u00e9 / Tea",
        "contact_id": "3",
        "contact": "Anna",
        "status_id": "2500",
        "user_id": "9",
    }
    assert (page["items"][1]["business_id"], page["items"][1]["business"]) == ("4", "Kft.")
    assert page["items"][1]["deleted"] is True


@pytest.mark.parametrize("results", ["[]", "{}", "null"])
@pytest.mark.parametrize("count", ["0", '"0"'])
@pytest.mark.parametrize("tool", ["search_projects", "search_contacts"])
def test_an_empty_search_in_every_form_is_an_empty_page(
    live: respx.MockRouter, tool: str, results: str, count: str
) -> None:
    live.get(url__startswith=API).mock(php(f'{{"Count":{count},"Results":{results}}}'))
    assert play(tool, query="nothing") == {"items": [], "total": 0}


def test_a_project_detail_with_labels_and_empty_values(live: respx.MockRouter) -> None:
    live.get(f"{API}/Project/7").mock(
        php(
            '{"Id":7,"CategoryId":3,"ContactId":3,"StatusId":"\\u00c9rdekl\\u0151d\\u0151",'
            '"UserId":"Kov\\u00e1cs Anna","Name":"A","Deleted":0,'
            '"Tags":[],"Invited":[],"Int1107":0,"Enum1":"","Set2":"Els\\u0151, M\\u00e1sodik"}'
        )
    )
    project = play("get_project", project_id=7)
    assert (project["status"], project["user"]) == ("\u00c9rdekl\u0151d\u0151", "Kov\u00e1cs Anna")
    assert project["fields"] == {"Int1107": 0, "Set2": "Els\u0151, M\u00e1sodik"}
    told = play("get_project", project_id=7, detail=True)["fields"]
    assert {name: told[name] for name in ("Tags", "Invited", "Enum1")} == {"Tags": [], "Invited": [], "Enum1": ""}


def test_a_contact_whose_type_is_a_localised_label_is_told_by_its_keys(live: respx.MockRouter) -> None:
    live.get(f"{API}/Contact/1").mock(
        php('{"Id":1,"Type":"Szem\\u00e9ly","FirstName":"Anna","LastName":"Kov\\u00e1cs"}')
    )
    live.get(f"{API}/Contact/2").mock(php('{"Id":2,"Type":"C\\u00e9g","Name":"Kft.","Url":"http:\\/\\/kft.example"}'))
    person, business = play("get_contact", contact_id="1"), play("get_contact", contact_id="2")
    assert (person["type"], person["name"]) == ("Person", "Anna Kov\u00e1cs")
    assert (business["type"], business["fields"]["Url"]) == ("Business", "http://kft.example")


@pytest.mark.parametrize(
    "results",
    ['[{"123":"Home","456":"Office"}]', '{"123":"Home","456":"Office"}', '{"123":{"Id":123,"Address":"Home"}}'],
)
def test_an_address_list_in_every_form(live: respx.MockRouter, results: str) -> None:
    live.get(f"{API}/AddressList/1").mock(php(f'{{"Count":2,"Results":{results}}}'))
    assert play("list_addresses", contact_id="1")["items"][0] == {"id": "123", "label": "Home"}


def test_a_task_list_with_integers(live: respx.MockRouter) -> None:
    live.get(f"{API}/ToDoList/1").mock(
        php('{"Count":1,"Results":[{"Id":5,"Status":"Open","Comment":"x","Deadline":"","UserId":9,"Type":0}]}')
    )
    (task,) = play("get_project_tasks", project_id="1")["items"]
    assert (task["id"], task["user_id"]) == ("5", "9")
    assert "deadline" not in task


def test_modules_and_schema_without_choices(live: respx.MockRouter) -> None:
    live.get(f"{API}/Category").mock(php('{"3":"\\u00c9rt\\u00e9kes\\u00edt\\u00e9s"}'))
    live.get(f"{API}/Schema/Project/3").mock(php('{"Id":"Int","Deleted":"Int","StatusId":[],"UserId":{"9":"Anna"}}'))
    module = play("describe_module", crm="minicrm", module="\u00e9rt\u00e9kes\u00edt\u00e9s")
    assert module["id"] == "3"
    assert module["users"] == {"9": "Anna"}


@pytest.mark.parametrize("body", ['{"Records":[]}', "[]", '{"Records":null}'])
@pytest.mark.parametrize("tool", ["search_records", "get_linked_records"])
def test_no_ivinex_records_in_every_form(live: respx.MockRouter, body: str, tool: str) -> None:
    live.get(RECORDS).mock(php(body))
    live.get(url__startswith=f"{API}/").mock(httpx.Response(404, text="Not found"))  # perhaps it is MiniCRM's id
    linked = {"linked_module": "contact", "linked_id": "8"} if tool == "get_linked_records" else {}
    assert play(tool, module="note", **linked)["items"] == []


def test_ivinex_values_that_are_text_or_null(live: respx.MockRouter) -> None:
    live.get(RECORDS).mock(
        php('{"Records":[{"collection_id":"8","amount":"350.00","vip":"false","company":null,"about":"<p>Hi<\\/p>"}]}')
    )
    record = play("get_record", module="contact", record_id=8)
    assert record == {"id": "8", "fields": {"amount": "350.00", "vip": "false", "about": "Hi"}, "rich_text": "about"}
    raw = play("get_record", module="contact", record_id=8, detail=True)
    assert raw == {"id": "8", "fields": {"amount": "350.00", "vip": "false", "company": None, "about": "<p>Hi</p>"}}


def test_an_ivinex_module_is_described_from_a_sample_and_says_so(live: respx.MockRouter) -> None:
    plain = '{"Records":[{"collection_id":"8","amount":"350.00","kind":"14795","since":"2020-04-13 09:00:00"}]}'
    live.get(RECORDS, params__contains={"LookupOptionText": "true"}).mock(php(plain.replace("14795", "Customer")))
    live.get(RECORDS).mock(php(plain))
    module = play("describe_module", crm="ivinex", module="contact")
    assert module["fields"] == [
        {"name": "amount", "type": "decimal"},
        {"name": "kind", "type": "option", "choices": {"14795": "Customer"}},
        {"name": "since", "type": "date-time"},
    ]
    assert "Sampled from 1 record" in module["note"]


HUNGARIAN = "Project (GET): Nem megfelel\u0151 param\u00e9ter"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, HUNGARIAN, HUNGARIAN),
        (401, "", "MINICRM_API_KEY"),
        (403, "", "MINICRM_SYSTEM_ID"),
        (404, UNAUTHORIZED, "MINICRM_API_KEY"),
        (404, "Project (GET): Nem tal\u00e1lhat\u00f3", "no project 7"),
        (405, "Project (GET): A met\u00f3dus nem enged\u00e9lyezett!", "405"),
        (429, "", "Wait a minute"),
        (500, "Project (GET): Hiba", "Hiba"),
        (502, "<html><h1>Bad Gateway</h1></html>", "HTML"),
        (302, "", "redirect"),
        (200, "<html>Log in</html>", "MINICRM_URL"),
        (200, "[1]", "MINICRM_URL"),
        (200, "{", "MINICRM_URL"),
        (200, "", "MINICRM_URL"),
    ],
)
def test_every_refusal_says_what_to_do_and_holds_no_login(
    live: respx.MockRouter, status: int, body: str, says: str
) -> None:
    live.get(f"{API}/Project/7").mock(httpx.Response(status, text=body))
    text = play_failing("get_project", project_id="7")
    assert says in text
    for secret in ("demo-api-key", "Traceback", "Basic ", "Error executing"):
        assert secret not in text


@pytest.mark.parametrize("status", [400, 401, 404, 405, 429, 500])
def test_every_ivinex_refusal_is_explained_too(live: respx.MockRouter, status: int) -> None:
    live.get(RECORDS).mock(httpx.Response(status, json={"error": "x"}))
    text = play_failing("search_records", module="contact")
    assert "Ivinex" in text
    assert "demo-password" not in text


def test_an_unreachable_host_is_named(live: respx.MockRouter) -> None:
    live.get(RECORDS).mock(side_effect=httpx.ConnectError("Name or service not known"))
    assert "https://crm.example did not respond" in play_failing("search_records", module="contact")
