"""Files of cards and tasks are downloaded from the fake itself, by their address and without a login."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import docx
import httpx
import openpyxl
import pypdf
import pytest

from mockserver.crm.api import SeedError
from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.mockserver.minicrm.account import SEED, Account
from tests.support.in_process import MINICRM_LOGIN, InProcessFake, build_seed

TEXT = "Ajánlat: Őrségi Vendégházak\nŰrlap, 2 480 000 Ft"


def start(start_fake: StartFake, name: str = "ajánlat 1.txt", **file: object) -> InProcessFake:
    projects = [{**SEED["projects"][0], "File1": "file:9"}]
    tasks = [{**SEED["tasks"][0], "Attachments": {"FileName": name, "Url": "file:9"}}]
    files = [{"Id": 9, "Name": name, "Text": TEXT, **file}]
    return start_fake(build_seed(minicrm={**SEED, "projects": projects, "tasks": tasks, "files": files}))


def read(fake: InProcessFake, path: str) -> Any:
    return fake.client.get(f"/Api/R3/{path}", auth=MINICRM_LOGIN).json()


def download(fake: InProcessFake, url: str = "") -> httpx.Response:
    return fake.client.get(url or read(fake, "Project/101")["File1"])


def test_a_card_and_a_task_print_the_address_of_their_file(start_fake: StartFake):
    fake = start(start_fake)

    url = str(read(fake, "Project/101")["File1"])

    assert urlsplit(url).path == "/10001/Download/S3/"
    assert re.fullmatch(r"t=project&inline=0&e=[0-9a-z]{30}", urlsplit(url).query)
    assert url.startswith(str(fake.client.base_url))
    assert read(fake, "ToDo/201")["Attachments"] == {"FileName": "ajánlat 1.txt", "Url": url}


def test_the_address_alone_opens_the_file(start_fake: StartFake):
    fake = start(start_fake)

    answer = download(fake)

    assert (answer.status_code, answer.text) == (200, TEXT)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    name = "filename=\"aj_nlat 1.txt\"; filename*=UTF-8''aj%C3%A1nlat%201.txt"
    assert answer.headers["Content-Disposition"] == f"attachment; {name}"
    url = read(fake, "Project/101")["File1"].replace("inline=0", "inline=1")
    assert download(fake, url).headers["Content-Disposition"] == f"inline; {name}"


def read_pdf(content: bytes) -> list[str]:
    return pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text().strip().split("\n")


def read_docx(content: bytes) -> list[str]:
    return [each.text for each in docx.Document(io.BytesIO(content)).paragraphs]


def read_xlsx(content: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]


@pytest.mark.parametrize(
    ("ending", "media_type", "parse"),
    [
        ("pdf", "application/pdf", read_pdf),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", read_docx),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", read_xlsx),
    ],
)
def test_files_of_other_programs_hold_the_text(
    start_fake: StartFake, ending: str, media_type: str, parse: Callable[[bytes], list[str]]
):
    answer = download(start(start_fake, f"offer.{ending}"))

    assert answer.headers["Content-Type"] == media_type
    assert parse(answer.content) == TEXT.split("\n")


def test_a_sheet_has_cells_and_numbers(start_fake: StartFake):
    answer = download(start(start_fake, "list.xlsx", Text="Name;Price\nDoor;12.5"))

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert list(sheet.iter_rows(values_only=True)) == [("Name", "Price"), ("Door", 12.5)]


def test_a_file_can_be_too_large_for_anybody(start_fake: StartFake):
    assert len(download(start(start_fake, Size=3_000_001)).content) == 3_000_001


def test_a_wrong_token_opens_nothing_and_a_wrong_account_neither(start_fake: StartFake):
    fake = start(start_fake)
    url = read(fake, "Project/101")["File1"]

    assert download(fake, url[:-1]).status_code == 404
    assert download(fake, url.replace("10001", "10002")).status_code == 401
    assert fake.client.post(url).status_code == 405


def test_the_token_stands_in_no_journal(start_fake: StartFake):
    fake = start(start_fake)
    url = read(fake, "Project/101")["File1"]
    fake.client.delete("/_control/requests")

    download(fake, url)

    journal = fake.client.get("/_control/requests")
    assert journal.json()[0]["query"] == {"t": "project", "inline": "0", "e": "(hidden)"}
    assert url[-30:] not in journal.text


def test_downloads_count_against_no_limit(start_fake: StartFake):
    fake = start(start_fake)
    url = read(fake, "Project/101")["File1"]

    assert {download(fake, url).status_code for _ in range(70)} == {200}


def test_every_file_of_the_demo_can_be_downloaded(start_fake: StartFake):
    demo: Any = read_seed("demo")["minicrm"]
    fake = start_fake(dict(read_seed("demo")))
    tasks = [each["Id"] for each in demo["tasks"] if str(each.get("Attachments", {}).get("Url")).startswith("file:")]

    attachments = [read(fake, f"ToDo/{each}")["Attachments"] for each in tasks]

    endings = {each["FileName"].rpartition(".")[2] for each in attachments}
    assert endings == {"xlsx", "csv", "txt", "pdf", "docx"}
    for each in attachments:
        answer = download(fake, each["Url"])
        assert (answer.status_code, answer.content != b"") == (200, True), each


@pytest.mark.parametrize(
    "file", [{"Name": "music.mp3"}, {"Name": "a.txt", "Size": 10**9}, {"Name": "a.txt", "Type": "x"}]
)
def test_a_file_of_another_shape_is_no_seed(file: dict[str, object]):
    with pytest.raises(SeedError, match=r"files\[0\]"):
        Account(seed={**SEED, "files": [{"Id": 1, **file}]})
