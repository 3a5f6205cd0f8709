from __future__ import annotations

import re
import shlex
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from mockserver.seeds import read_seed
from tests.mockserver.conftest import StartFake
from tests.mockserver.in_process import build_seed


def read_commands(html: str) -> list[str]:
    return [unescape(command) for command in re.findall(r"<pre>(.*?)</pre>", html, flags=re.DOTALL)]


def test_the_page_tells_what_the_server_is_and_holds(start_fake: StartFake):
    answer = start_fake(build_seed({"first_name": "Ann"})).client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for shown in ("Ivinex", "MiniCRM", "profile documented", "seed x", "demo-password", "demo-api-key"):
        assert shown in answer.text
    assert '<td>contact</td><td class="number">1</td>' in answer.text
    for path in ("/_control/health", "/_control/requests", "/_control/snapshot"):
        assert path in answer.text


def test_the_page_runs_no_script_and_loads_nothing(start_fake: StartFake):
    answer = start_fake().client.get("/")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "src=" not in answer.text


def test_every_element_of_the_page_is_closed(start_fake: StartFake):
    open_elements: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs
            if tag != "meta":
                open_elements.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_elements.pop() == tag

    Checker().feed(start_fake().client.get("/").text)
    assert open_elements == []


@pytest.mark.parametrize("seed_name", ["demo", "documented"])
def test_the_shown_commands_work_as_they_stand(start_fake: StartFake, seed_name: str):
    fake = start_fake(dict(read_seed(seed_name)))

    commands = read_commands(fake.client.get("/").text)

    assert len(commands) == 8
    for command in commands:
        assert call_like_curl(fake.client, shlex.split(command)) == 200, command


def call_like_curl(client: httpx.Client, words: list[str]) -> int:
    assert words.pop(0) == "curl"
    method, auth, url, data, as_query = "", None, "", list[str](), False
    while words:
        word = words.pop(0)
        if word == "-u":
            name, _, secret = words.pop(0).partition(":")
            auth = (name, secret)
        elif word == "-X":
            method = words.pop(0)
        elif word in {"-d", "--data-urlencode"}:
            data.append(words.pop(0))
        elif word == "-H":
            words.pop(0)
        elif word == "-G":
            as_query = True
        else:
            url = word
    if as_query:
        return client.get(url, params=dict(part.split("=", 1) for part in data), auth=auth).status_code
    return client.request(method or ("POST" if data else "GET"), url, content="&".join(data), auth=auth).status_code


def test_what_strangers_wrote_is_escaped(start_fake: StartFake):
    seed = build_seed()
    seed["ivinex"] = {
        "logins": [{"username": "<img>", "password": 'it\'s "&"'}],
        "modules": {"1": {"name": "<b>bold</b>"}},
    }
    fake = start_fake(seed)

    answer = fake.client.get("/", headers={"Host": "localhost"})

    assert "<img>" not in answer.text
    assert "<b>bold" not in answer.text
    assert "&lt;img&gt;" in answer.text
    assert "-u '<img>:it'\"'\"'s \"&\"'" in read_commands(answer.text)[0]


def test_a_strange_host_is_escaped(start_fake: StartFake):
    answer = start_fake().client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})

    assert "<script>" not in answer.text


def test_other_machines_see_neither_logins_nor_counts(start_fake: StartFake):
    answer = start_fake(peer="192.168.1.5").client.get("/")

    assert answer.status_code == 200
    assert "demo-password" not in answer.text
    assert "seed x" not in answer.text
    assert "demo-api-key" not in answer.text
    assert "<table>" not in answer.text
    assert "/API/Records.php" in answer.text


def test_the_page_is_read_only(start_fake: StartFake):
    answer = start_fake().client.post("/")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
