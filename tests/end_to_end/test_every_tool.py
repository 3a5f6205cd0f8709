"""Every tool works through a real client, a real transport and a real socket to the fake, in both protocol eras."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from mcp import Client
from mcp.types import TextResourceContents

from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import both_crms, call, fail
from tests.support.transports import ERAS, Era, over_stdio, serving_http

ODD = "\u0150ze & Co. <b>100%</b> +36 #1 'x' \"y\" \\ / \u65e5\u672c \U0001f600 a=b;c[d]"
"""Characters that each have broken some encoder."""


class Assistant:
    """Calls tools and remembers which."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.called: set[str] = set()

    async def call(self, tool: str, /, **arguments: Any) -> Any:
        self.called.add(tool)
        return await call(self.client, tool, **arguments)

    async def fail(self, tool: str, /, **arguments: Any) -> str:
        return await fail(self.client, tool, **arguments)


@pytest.fixture(scope="module")
def documented_fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "documented") as server:
        yield server


@pytest.fixture
def fake(documented_fake: FakeServer) -> FakeServer:
    httpx.post(f"{documented_fake.url}/_control/reset", trust_env=False).raise_for_status()
    return documented_fake


@pytest.fixture(params=["stdio", "http"])
def transport(request: pytest.FixtureRequest) -> Literal["stdio", "http"]:
    return request.param


@asynccontextmanager
async def connected(fake: FakeServer, transport: str, era: Era, cwd: str) -> AsyncGenerator[Client]:
    if transport == "stdio":
        async with over_stdio(both_crms(fake.url), cwd, era, is_cold=True) as client:
            yield client
        return
    with serving_http(both_crms(fake.url), cwd) as url:
        async with Client(url, mode=era) as client:
            yield client


async def write_and_read_in_ivinex(assistant: Assistant) -> None:
    modules = (await assistant.call("list_modules", crm="ivinex"))["items"]
    assert {"id": "1001", "name": "contact", "crm": "ivinex"} in modules
    described = await assistant.call("describe_module", crm="ivinex", module="contact")
    assert "first_name" in {field["name"] for field in described["fields"]}

    created = await assistant.call(
        "create_records", module="contact", records=[{"first_name": ODD, "last_name": "A"}, {"first_name": "B"}]
    )
    assert [(item["index"], item["ok"]) for item in created["items"]] == [(0, True), (1, True)]
    record_id = created["items"][0]["id"]
    updated = await assistant.call(
        "update_records", module="1001", records=[{"record_id": record_id, "fields": {"last_name": ODD}}]
    )
    assert [(item["ok"], item["id"]) for item in updated["items"]] == [(True, record_id)]
    record = await assistant.call("get_record", module="contact", record_id=record_id)
    assert (record["fields"]["first_name"], record["fields"]["last_name"]) == (ODD, ODD)

    equal = {"field": "first_name", "operand": "Equal", "value": ODD}
    found = await assistant.call("search_records", module="contact", filters=[equal], fields=["first_name"])
    assert found == {"items": [{"id": record_id, "fields": {"first_name": ODD}}]}

    sql = f"select first_name from ivinex_contact where id = '{record_id}'"
    assert (await assistant.call("query_crm", sql=sql))["rows"] == [[ODD]]

    note = await assistant.call("create_note", contact_id=record_id, text=ODD)
    linked = {"module": "note", "linked_module": "contact", "linked_id": record_id}
    (only,) = (await assistant.call("get_linked_records", **linked))["items"]
    assert only["id"] == note["id"]
    assert only["fields"]["description"] == ODD


async def write_and_read_contacts(assistant: Assistant) -> str:
    person = await assistant.call(
        "create_contact", type="Person", fields={"FirstName": ODD, "Email": "odd@example.com"}
    )
    await assistant.call(
        "update_contact", contact_id=person["id"], fields={"LastName": "Nagy", "Phone": "+36 30 1234567"}
    )
    contact = await assistant.call("get_contact", contact_id=person["id"])
    assert contact["type"] == "Person"
    assert contact["name"] == f"{ODD} Nagy"
    assert (contact["email"], contact["phone"]) == ("odd@example.com", "+36 30 1234567")
    for criterion in ({"phone": "06301234567"}, {"email": "odd@example.com"}, {"query": "nagy"}):
        page = await assistant.call("search_contacts", **criterion)
        assert [item["id"] for item in page["items"]] == [person["id"]], criterion

    address = await assistant.call("create_address", contact_id=person["id"], name=ODD, fields={"City": "Budapest"})
    await assistant.call("update_address", address_id=address["id"], fields={"Address": ODD})
    moved = await assistant.call("update_address", address_id=address["id"], fields={"City": "Szeged"})
    (back,) = (await assistant.call("undo_write", write_id=moved["write_id"]))["items"]
    assert (back["ok"], back["id"]) == (True, address["id"])
    read = await assistant.call("get_address", address_id=address["id"])
    assert (read["name"], read["contact_id"]) == (ODD, person["id"])
    assert (read["fields"]["City"], read["fields"]["Address"]) == ("Budapest", ODD)
    (row,) = (await assistant.call("list_addresses", contact_id=person["id"]))["items"]
    assert row["id"] == address["id"]
    assert ODD in row["label"]
    return person["id"]


async def write_and_read_projects(assistant: Assistant, contact_id: str) -> None:
    described = await assistant.call("describe_module", crm="minicrm", module="Sales")
    assert described["statuses"]["2509"] == "Contacted"
    project = await assistant.call(
        "create_project",
        module="sales",
        contact_id=contact_id,
        name=ODD,
        fields={"StatusId": "in progress", "UserId": "John Doe", "Text1105": ODD, "Referrer": "WOM"},
    )
    read = await assistant.call("get_project", project_id=project["id"])
    assert (read["name"], read["status"], read["user"]) == (ODD, "In progress", "John Doe")
    assert (read["fields"]["Text1105"], read["fields"]["Referrer"]) == (ODD, "WOM")
    await assistant.call("update_project", project_id=project["id"], fields={"StatusId": "Customer"})
    page = await assistant.call("search_projects", module="Sales", status="customer", contact_id=contact_id)
    assert [(item["id"], item["status"]) for item in page["items"]] == [(project["id"], "Customer")]
    assert page["total"] == 1

    task = await assistant.call("create_task", project_id=project["id"], comment=ODD, deadline="2030-01-31")
    (listed,) = (await assistant.call("get_project_tasks", project_id=project["id"]))["items"]
    assert (listed["id"], listed["deadline"]) == (task["id"], "2030-01-31 23:59:59")
    await assistant.call("update_task", task_id=task["id"], status="closed")
    read = await assistant.call("get_task", task_id=task["id"])
    assert (read["comment"], read["status"], read["project_id"]) == (ODD, "Closed", project["id"])
    assert (await assistant.call("get_project_tasks", project_id=project["id"]))["items"] == []


async def ask_questions(assistant: Assistant, contact_id: str) -> None:
    counted = await assistant.call("summarize_records", module="contact", filters=[], group_by=["last_name"])
    assert counted["total"] == sum(group["count"] for group in counted["groups"])
    counted = await assistant.call("summarize_projects", module="Sales", contact_id=contact_id, group_by=["status"])
    assert counted == {"groups": [{"status": "Customer", "count": 1}], "total": 1, "exact": True}
    overview = await assistant.call("get_contact_overview", contact_id=contact_id)
    assert [project["name"] for project in overview["projects"]] == [ODD]
    assert (await assistant.call("list_open_tasks", user="John Doe", due="no_deadline"))["exact"]
    assert (await assistant.call("find_stale_projects", module="Sales", days=1))["exact"]
    search = {"module": "Sales", "contact_id": contact_id}
    export = await assistant.call("export_search", tool="search_projects", arguments=search, format="jsonl")
    (content,) = (await assistant.client.read_resource(export["uri"])).contents
    assert isinstance(content, TextResourceContents)
    assert json.loads(content.text)["name"] == ODD


async def refuse_bad_input(assistant: Assistant) -> None:
    filters = [{"field": "email", "operand": "equall", "value": "x"}]
    assert "Did you mean 'Equal'" in await assistant.fail("search_records", module="contact", filters=filters)
    assert "limit" in await assistant.fail("search_records", module="contact", limit=1000)
    assert "(did you mean 'limit'?)" in await assistant.fail("search_records", module="contact", limits=1)
    assert "Known: contact" in await assistant.fail("search_records", module="invoices")
    assert "Sales (3)" in await assistant.fail("describe_module", crm="minicrm", module="Marketing")
    assert "digits only" in await assistant.fail("get_project", project_id="1/../../Category")
    assert "no project 99999" in await assistant.fail("get_project", project_id="99999")
    assert "at least one" in await assistant.fail("search_projects")
    assert "John Doe" in await assistant.fail("search_projects", module="Sales", user="Jon Doe")


async def play_everything(client: Client) -> None:
    assistant = Assistant(client)
    await write_and_read_in_ivinex(assistant)
    contact_id = await write_and_read_contacts(assistant)
    await write_and_read_projects(assistant, contact_id)
    await ask_questions(assistant, contact_id)
    await refuse_bad_input(assistant)
    assert assistant.called == {tool.name for tool in (await client.list_tools()).tools}


@pytest.mark.parametrize("era", ERAS)
def test_every_tool_writes_and_reads_back_odd_characters(
    fake: FakeServer, transport: str, era: Era, tmp_path: Path
) -> None:
    async def run() -> None:
        async with connected(fake, transport, era, str(tmp_path)) as client:
            assert (client.protocol_version >= "2026") is (era == "auto")
            await play_everything(client)

    asyncio.run(run())
