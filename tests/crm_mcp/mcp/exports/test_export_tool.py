"""export_search: the whole of a search as a file, and none of its rows in the answer."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client
from mcp.types import CallToolResult, ResourceLink, TextContent, TextResourceContents

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import assistant, fail
from tests.support.question_play import account, sale
from tests.support.transports import over_stdio

_T = TypeVar("_T")
pytestmark = pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})


@pytest.fixture
def both(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CrmFake:
    """230 projects and 230 records."""
    records = [{"collection_id": str(number), "name": f"N{number}", "kind": "7"} for number in range(1, 231)]
    records[0]["name"] = "=1+2"
    fields = {"name": {"type": "text"}, "kind": {"type": "option", "options": {"7": "Ügyfél"}}}
    ivinex = {"modules": {"1001": {"name": "contact", "fields": fields, "records": records}}}
    crm_fake.seed({"ivinex": ivinex, **account([sale(number, Int1=-number) for number in range(1, 231)])})
    monkeypatch.chdir(tmp_path)
    for name, value in crm_fake.env.items():
        monkeypatch.setenv(name, value)
    return crm_fake


def played(play: Callable[[Client], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        async with assistant() as client:
            return await play(client)

    return asyncio.run(run())


async def exported(client: Client, tool: str, arguments: dict[str, Any], **more: Any) -> tuple[dict[str, Any], str]:
    """Export; return the answer and the file, having checked that the link says the same as the answer."""
    result = await client.call_tool("export_search", {"tool": tool, "arguments": arguments, **more})
    assert isinstance(result, CallToolResult)
    text, link = result.content
    assert isinstance(text, TextContent)
    assert isinstance(link, ResourceLink)
    assert not result.is_error
    answer = result.structured_content
    assert answer is not None
    assert json.loads(text.text) == answer
    assert (link.uri, link.size) == (answer["uri"], answer["bytes"])
    (content,) = (await client.read_resource(answer["uri"])).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == link.mime_type
    assert len(content.text.encode()) == answer["bytes"]
    return answer, content.text.removeprefix("\ufeff")


def test_all_projects_of_a_search_become_csv_and_none_is_in_the_answer(both: CrmFake) -> None:
    both.forget_requests()
    answer, text = played(lambda client: exported(client, "search_projects", {"module": "Sales"}))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == [str(number) for number in range(1, 231)]
    assert (rows[0]["name"], rows[0]["status"], rows[0]["user"]) == ("Sale 1", "Offer", "John")
    assert (answer["rows"], answer["exact"]) == (230, True)
    assert answer["columns"] == list(rows[0])
    assert "Sale" not in json.dumps(answer)
    assert sum(one["path"] == "/Api/R3/Project" for one in both.requests()) == 3


def test_fields_that_rows_lack_come_from_details(both: CrmFake) -> None:
    arguments = {"module": "Sales", "fields": ["Int1", "UserId"]}
    _, text = played(lambda client: exported(client, "search_projects", arguments, format="jsonl"))
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 230
    assert rows[-1] == {"id": "230", "name": "Sale 230", "user_id": "1", "user": "John", "Int1": -230}
    assert sum(one["path"].startswith("/Api/R3/Project/") for one in both.requests()) == 230


@pytest.mark.usefixtures("both")
def test_records_and_contacts_are_exported_too_and_formulas_are_defused() -> None:
    async def play(client: Client) -> None:
        answer, text = await exported(client, "search_records", {"module": "contact", "fields": ["name"]})
        assert answer["rows"] == 230
        assert text.splitlines()[:3] == ["id,name", "1,'=1+2", "2,N2"]
        answer, text = await exported(client, "search_contacts", {"query": "Anna"})
        assert answer["rows"] == 1
        assert "Nagy" in text

    played(play)


@pytest.mark.usefixtures("both")
def test_people_read_labels_of_options_in_a_file_and_ids_where_they_ask_for_them() -> None:
    async def play(client: Client) -> None:
        labels = {"module": "contact", "fields": ["kind"]}
        _, text = await exported(client, "search_records", labels)
        assert text.splitlines()[1] == "1,Ügyfél"
        _, text = await exported(client, "search_records", {**labels, "option_labels": False})
        assert text.splitlines()[1] == "1,7"

    played(play)


@pytest.mark.usefixtures("both")
def test_arguments_are_those_of_the_search_and_paging_is_not_among_them() -> None:
    async def play(client: Client) -> None:
        wrong = {"tool": "search_projects", "arguments": {"modul": "Sales"}}
        assert "(did you mean 'module'?)" in await fail(client, "export_search", **wrong)
        paged = {"tool": "search_projects", "arguments": {"module": "Sales", "limit": 5}}
        assert "takes no limit" in await fail(client, "export_search", **paged)
        assert "'get_project' is not a search that can be exported" in await fail(
            client, "export_search", tool="get_project"
        )
        unknown = {"tool": "search_projects", "arguments": {"module": "Sales", "fields": ["Int9"]}}
        assert "did you mean Int1" in await fail(client, "export_search", **unknown)

    played(play)


def test_a_file_that_may_lack_rows_says_so_and_a_failed_page_makes_none(both: CrmFake) -> None:
    both.faults({"match": {"path": "/Api/R3/Project"}, "fault": {"kind": "wrong_count"}})
    answer, _ = played(lambda client: exported(client, "search_projects", {"module": "Sales"}))
    assert (answer["rows"], answer["exact"]) == (230, False)
    assert "counts 330 but sent 230" in answer["note"]
    both.faults({"match": {"path": "/API/Records.php", "nth": 2}, "fault": {"kind": "status", "status": 500}})
    arguments = {"tool": "search_records", "arguments": {"module": "1001"}}
    assert "500" in played(lambda client: fail(client, "export_search", **arguments))


def test_only_connected_searches_are_offered(both: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    del both

    async def offered(client: Client) -> list[str]:
        (tool,) = (tool for tool in (await client.list_tools()).tools if tool.name == "export_search")
        return tool.input_schema["properties"]["tool"]["enum"]

    assert played(offered) == ["query_crm", "search_records", "search_projects", "search_contacts"]
    monkeypatch.setenv("IVINEX_URL", "")
    monkeypatch.setenv("IVINEX_USERNAME", "")
    monkeypatch.setenv("IVINEX_PASSWORD", "")
    assert played(offered) == ["query_crm", "search_projects", "search_contacts"]


JOINED = """
    select p.id, r.id, r.name, p.int1 from minicrm_projects p left join ivinex_contact r on r.id = p.id
    where p.id <= {most} order by p.id
"""


@pytest.mark.usefixtures("both")
def test_a_statement_over_both_crms_becomes_a_file_with_all_its_rows() -> None:
    async def play(client: Client) -> None:
        sql = JOINED.format(most=150)
        answer, text = await exported(client, "query_crm", {"sql": sql})
        assert (answer["rows"], answer["exact"]) == (150, True)
        assert answer["columns"] == ["id", "id_2", "name", "int1"]
        lines = text.splitlines()
        assert lines[:3] == ["id,id_2,name,int1", "1,1,'=1+2,-1", "2,2,N2,-2"]
        assert len(lines) == 151
        _, text = await exported(client, "query_crm", {"sql": sql}, format="jsonl")
        assert json.loads(text.splitlines()[-1]) == {"id": 150, "id_2": "150", "name": "N150", "int1": -150}

    played(play)


@pytest.mark.usefixtures("both")
def test_a_statement_without_rows_is_a_file_with_its_columns() -> None:
    answer, text = played(lambda client: exported(client, "query_crm", {"sql": JOINED.format(most=0)}))
    assert (answer["rows"], answer["exact"]) == (0, True)
    assert answer["columns"] == ["id", "id_2", "name", "int1"]
    assert text == "id,id_2,name,int1\r\n"


def test_a_statement_that_is_not_read_whole_or_cut_says_so(both: CrmFake) -> None:
    cards = {"method": "GET", "path": "/Api/R3/Project/7"}
    both.faults({"match": cards, "fault": {"kind": "status", "status": 500}})
    answer, _ = played(lambda client: exported(client, "query_crm", {"sql": JOINED.format(most=9)}))
    assert not answer["exact"]
    assert answer["note"]
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000) select i from n"
    answer, _ = played(lambda client: exported(client, "query_crm", {"sql": endless}))
    assert (answer["rows"], answer["exact"]) == (100_000, False)
    assert "There are more rows" in answer["note"]


@pytest.mark.usefixtures("both")
def test_a_statement_that_may_not_run_makes_no_file_and_says_why() -> None:
    async def play(client: Client) -> None:
        for sql, why in (("delete from minicrm_projects", "only reads"), ("select nam from minicrm_projects", "nam")):
            assert why in await fail(client, "export_search", tool="query_crm", arguments={"sql": sql})
        paged = {"sql": "select 1", "max_rows": 5}
        assert "takes no max_rows" in await fail(client, "export_search", tool="query_crm", arguments=paged)

    played(play)


async def export_on_stdio(fake: CrmFake, folder: Path, home: Path) -> dict[str, Any]:
    settings = {**fake.env, "CRM_MCP_EXPORT_DIR": str(folder)}
    async with over_stdio(settings, str(home), "auto") as client:
        arguments = {"tool": "search_projects", "arguments": {"module": "Sales", "query": "Sale 7"}}
        result = await client.call_tool("export_search", arguments)
        assert isinstance(result, CallToolResult)
        assert result.structured_content is not None
        return result.structured_content


def test_a_host_that_fetches_no_resources_finds_the_file_in_the_folder_the_person_chose(
    both: CrmFake, tmp_path: Path
) -> None:
    folder = tmp_path / "my exports"
    first = asyncio.run(export_on_stdio(both, folder, tmp_path))
    second = asyncio.run(export_on_stdio(both, folder, tmp_path))
    assert first["path"] != second["path"]
    for answer in (first, second):
        path = Path(answer["path"])
        assert path.parent == folder
        assert path.stat().st_size == answer["bytes"]
        assert path.stat().st_mode & 0o077 == 0
        assert len(list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))) == answer["rows"] > 0


def test_a_folder_that_cannot_be_written_loses_no_export(both: CrmFake, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    answer = asyncio.run(export_on_stdio(both, tmp_path / "a file" / "exports", tmp_path))
    assert "path" not in answer
    assert (answer["exact"], answer["rows"]) == (True, 1)
    assert "CRM_MCP_EXPORT_DIR" in answer["note"]
