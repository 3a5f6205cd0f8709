"""The text of a file of a task or a card, from MiniCRM's own hosts alone, and the file itself as a resource."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import BlobResourceContents, CallToolResult, ResourceLink

from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.file_text.made_files import docx_of, pdf_of, xlsx_of
from tests.crm_mcp.minicrm.tools.history.asking import ask, refused
from tests.support.crm_stub import API, URL, CrmStub, in_session
from tests.support.mcp_play import assistant
from tests.support.question_play import account, sale

pytestmark = pytest.mark.slow
TOOL = "read_attachment"
TOKEN = "zk3vq9slm2xw8ttb4nrp7yc1jd6ha0"
FILE = f"{URL}/10001/Download/S3/?t=project&inline=0&e={TOKEN}"
DOWNLOAD = "GET /10001/Download/S3/"
TASK = f"GET {API}/ToDo/9"


def task_with(attachments: object) -> dict[str, Any]:
    return {"Id": 9, "ProjectId": 7, "Comment": "Call", "Status": "Open", "Attachments": attachments}


def card_with(**fields: object) -> dict[str, Any]:
    return {"Id": 7, "CategoryId": 3, "Name": "Card", "StatusId": "New", "UserId": "John Doe", **fields}


@pytest.fixture
def files(crms: CrmStub) -> CrmStub:
    """A task with one attachment, and a card with a File field that holds two."""
    crms.answer(TASK, task_with({"FileName": "árak.csv", "Url": FILE}))
    schema = {"StatusId": {"2500": "New"}, "UserId": {"1": "John Doe"}, "File1": "File(10MB)", "File2": "File(10MB)"}
    crms.answer(f"GET {API}/Schema/Project/3", schema)
    crms.answer(f"GET {API}/Project/7", card_with(File1=f"{FILE},{FILE}&x=2", File2=""))
    crms.answer(DOWNLOAD, lambda _: httpx.Response(200, content="Név;Ár\nŐr;5".encode()))
    return crms


@pytest.mark.usefixtures("files")
def test_the_text_of_an_attachment_comes_with_a_link_and_without_its_address() -> None:
    async def play(client: Client) -> CallToolResult:
        result = await client.call_tool(TOOL, {"task_id": 9})
        assert isinstance(result, CallToolResult)
        return result

    result = in_session(play, toolsets="history")
    assert result.structured_content == {
        "name": "árak.csv",
        "format": "text",
        "bytes": 17,
        "total_chars": 14,
        "text": "Név;Ár\nŐr;5",
        "uri": "crm://minicrm/attachment/task/9/0",
    } | {"bytes": len("Név;Ár\nŐr;5".encode()), "total_chars": len("Név;Ár\nŐr;5")}
    (link,) = (one for one in result.content if isinstance(one, ResourceLink))
    assert (link.uri, link.name, link.mime_type) == ("crm://minicrm/attachment/task/9/0", "árak.csv", "text/csv")
    assert TOKEN not in result.model_dump_json()


def test_the_login_is_not_sent_with_a_download(files: CrmStub) -> None:
    sent: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers)
        return httpx.Response(200, content=b"x")

    files.answer(DOWNLOAD, answer)
    ask(TOOL, task_id=9)
    (headers,) = sent
    assert not {"authorization", "cookie"} & set(headers)


def test_the_whole_text_is_read_on_by_offset_at_the_price_of_one_download(files: CrmStub) -> None:
    text = "".join(f"{number:05} árvíztűrő\n" for number in range(2_000))
    files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=text.encode()))

    async def play(client: Client) -> list[Any]:
        pieces: list[Any] = []
        offset = 0
        while True:
            result = await client.call_tool(TOOL, {"task_id": 9, "offset": offset})
            assert isinstance(result, CallToolResult)
            assert result.structured_content
            pieces.append(result.structured_content)
            offset = result.structured_content.get("next_offset", 0)
            if not offset:
                return pieces

    pieces = in_session(play, toolsets="history")
    assert "".join(one["text"] for one in pieces) == text
    assert files.calls.count(DOWNLOAD) == 1
    assert "The text has 32,000 characters" in refused(TOOL, task_id=9, offset=32_000)


@pytest.mark.usefixtures("files")
def test_a_card_with_one_file_field_needs_no_name_of_it_and_tells_of_its_other_files() -> None:
    answer = ask(TOOL, project_id=7)
    assert answer["uri"] == "crm://minicrm/attachment/project/7/File1/0"
    assert "File1 of project 7 has 2 files" in answer["note"]
    assert ask(TOOL, project_id=7, field="File1", index=1)["uri"].endswith("/File1/1")
    assert "no index 2" in refused(TOOL, project_id=7, index=2)


def test_what_has_no_file_says_where_there_are_some(files: CrmStub) -> None:
    assert "File2 of project 7 holds no file. Fields that hold files: File1." in refused(
        TOOL, project_id=7, field="File2"
    )
    assert "no field 'Nope'" in refused(TOOL, project_id=7, field="Nope")
    assert "Give either task_id or project_id" in refused(TOOL)
    assert "Give either task_id or project_id" in refused(TOOL, task_id=9, project_id=7)
    empties: list[object] = [[], {}, "", None, {"FileName": "x", "Url": ""}]
    for empty in empties:
        files.answer(TASK, task_with(empty))
        assert "Task 9 has no attachment" in refused(TOOL, task_id=9)
    files.answer(f"GET {API}/Project/7", card_with(File1=None))
    assert "has no file in a field" in refused(TOOL, project_id=7)
    files.answer(f"GET {API}/Project/7", card_with(File1=FILE, File2=FILE))
    assert "has several files. Fields that hold files: File1 and File2" in refused(TOOL, project_id=7)


@pytest.mark.parametrize(
    "shape",
    [
        FILE,
        [FILE],
        [{"FileName": "a.txt", "Url": FILE}],
        {"31": {"FileName": "a.txt", "Url": FILE}},
        {"Url": FILE},
    ],
)
def test_files_are_found_in_every_shape_that_they_may_come_in(files: CrmStub, shape: object) -> None:
    files.answer(TASK, task_with(shape))
    assert ask(TOOL, task_id=9)["text"] == "Név;Ár\nŐr;5"


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/?e={TOKEN}",
        f"http://169.254.169.254/latest/?e={TOKEN}",
        f"http://127.0.0.1:8080/?e={TOKEN}",
        f"https://user:pass@crm.example/?e={TOKEN}",
        f"https://crm.example@evil.example/?e={TOKEN}",
        f"https://crm.example:444/?e={TOKEN}",
        f"https://crm.example\\@evil.example/?e={TOKEN}",
        f"//evil.example/?e={TOKEN}",
        f"file:///etc/passwd?e={TOKEN}://",
        f"https://minicrm.hu.evil.example/?e={TOKEN}",
        f"https://evilminicrm.hu/?e={TOKEN}",
        f"http://r3.minicrm.hu/?e={TOKEN}",
    ],
)
def test_an_address_that_a_stranger_wrote_is_never_asked_nor_told(files: CrmStub, url: str) -> None:
    files.answer(TASK, task_with({"FileName": "a.txt", "Url": url}))
    said = refused(TOOL, task_id=9)
    assert "MiniCRM" in said
    assert TOKEN not in said
    assert [one for one in files.calls if API not in one] == []


def test_a_redirect_out_of_the_crms_hosts_is_not_followed(files: CrmStub) -> None:
    place = {"Location": f"https://evil.example/?e={TOKEN}"}
    files.answer(DOWNLOAD, lambda _: httpx.Response(302, headers=place))
    said = refused(TOOL, task_id=9)
    assert "evil.example, which is no place where MiniCRM keeps files" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "an image (PNG)"),
        (b"%PDF-1.4 broken", "damaged"),
        (b"", "holds no text"),
        (b"<!doctype html><html><body>Log in</body></html>", "as a login page does"),
        (b"x" * (20 * 2**20 + 1), "larger than 20 MB"),
    ],
)
def test_a_file_without_text_says_what_it_is_and_where_it_is(files: CrmStub, content: bytes, words: str) -> None:
    files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=content))
    said = refused(TOOL, task_id=9)
    assert words in said
    assert TOKEN not in said
    if "larger" not in words:
        assert "The file itself: crm://minicrm/attachment/task/9/0." in said


def test_a_download_that_the_host_refuses_says_so(files: CrmStub) -> None:
    files.answer_status(DOWNLOAD, 404, f"no {TOKEN}")
    assert "does not have this file any more" in refused(TOOL, task_id=9)
    files.answer_status(DOWNLOAD, 401, TOKEN)
    said = refused(TOOL, task_id=9)
    assert "no login is ever sent" in said
    assert TOKEN not in said


async def read_resource(client: Client, uri: str) -> bytes:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, BlobResourceContents)
    return base64.b64decode(content.blob)


def test_a_host_fetches_the_file_itself_by_the_link(files: CrmStub) -> None:
    files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=b"\x89PNG\r\n\x1a\n"))

    async def play(client: Client) -> None:
        for uri in ("crm://minicrm/attachment/task/9/0", "crm://minicrm/attachment/project/7/File1/1"):
            assert await read_resource(client, uri) == b"\x89PNG\r\n\x1a\n"
        for wrong in ("task/9/5", "task/x/0", "task/9/x", "project/7/Nope/0"):
            with pytest.raises(MCPError) as error:
                await read_resource(client, f"crm://minicrm/attachment/{wrong}")
            assert TOKEN not in str(error.value)
        files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=b"x" * (10 * 2**20 + 1)))
        with pytest.raises(MCPError, match="larger than 10 MB"):
            await read_resource(client, "crm://minicrm/attachment/task/9/0")

    in_session(play, toolsets="history")


def test_the_resources_are_served_with_their_tool_alone(crms: CrmStub) -> None:
    del crms

    async def templates(client: Client) -> str:
        return json.dumps([one.uri_template for one in (await client.list_resource_templates()).resource_templates])

    assert "attachment" in in_session(templates, toolsets="history")
    assert "attachment" not in in_session(templates)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf_of("Offer total: 25400"), "Offer total: 25400"),
        (docx_of(["Árajánlat összesen: 25 400 Ft"]), "Árajánlat összesen: 25 400 Ft"),
        (xlsx_of({"Ajánlat": [["Összesen", 25400]]}), "Összesen,25400"),
    ],
    ids=["pdf", "docx", "xlsx"],
)
def test_documents_are_read_by_the_libraries_of_the_extra(files: CrmStub, content: bytes, words: str) -> None:
    files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=content))
    assert words in ask(TOOL, task_id=9)["text"]


def test_a_file_of_the_fake_is_read_over_a_socket(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [{"Id": 9, "Name": "mérések.txt", "Text": "Fal: 2,40 m"}]
    attached = {"FileName": "mérések.txt", "Url": "file:9"}
    tasks = [{"Id": 11, "ProjectId": 1, "UserId": 1, "Status": "Open", "Comment": "x", "Attachments": attached}]
    crm_fake.seed(account([sale(1)], tasks, files=stored))
    for name, value in {**crm_fake.env, "CRM_MCP_STORE": "memory"}.items():
        monkeypatch.setenv(name, value)
    assert ask(TOOL, task_id=11)["text"] == "Fal: 2,40 m"
    download = next(one for one in crm_fake.requests() if "Download" in one["path"])
    assert download["status"] == 200


def test_many_calls_at_once_end_all_the_same(files: CrmStub) -> None:
    files.answer(DOWNLOAD, lambda _: httpx.Response(200, content=pdf_of("x")))

    async def play() -> list[Any]:
        async with assistant(toolsets="history") as client:
            calls = [client.call_tool(TOOL, {"project_id": 7, "index": number % 2}) for number in range(6)]
            return await asyncio.gather(*calls)

    assert all(not one.is_error for one in asyncio.run(play()))
