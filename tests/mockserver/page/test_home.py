from __future__ import annotations

import shlex

import httpx
import pytest

from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.mockserver.page.reading import open_page, parse_page, post
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN, build_seed


def read_commands(html: str) -> list[str]:
    blocks = [block.text for block in parse_page(html).find_all("pre")]
    return [text for text in blocks if text.startswith("curl ")]


def test_the_page_tells_what_the_server_is_and_holds(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    page = open_page(fake, "/")

    for shown in ("Ivinex", "MiniCRM", "profile documented", "seed x", "demo-password", "demo-api-key"):
        assert shown in page.text
    counts = {each.find("dt").text: each.find("dd").text for each in page.find("dl").find_all("div")}
    assert counts == {"contact": "1", "note": "0"}
    for path in ("/_control/health", "/_control/requests", "/_control/snapshot"):
        assert page.find("a", href=path)


def test_the_page_loads_nothing_from_elsewhere_and_holds_no_script_or_style(start_fake: StartFake):
    response = start_fake().client.get("/")

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = parse_page(response.text)
    assert page.find_all("style") == []
    assert [each.text for each in page.find_all("script")] == [""]
    linked = [each.attributes.get("src", each.attributes.get("href", "")) for each in page.find_all("script", "link")]
    assert all(address.startswith("/_page/static/") for address in linked)
    assert not any(name.startswith("on") or name == "style" for each in page.find_all() for name in each.attributes)


def test_style_script_and_picture_are_served(start_fake: StartFake):
    fake = start_fake()
    page = open_page(fake, "/")
    for each in page.find_all("script", "link"):
        response = fake.client.get(each.attributes.get("src", each.attributes.get("href", "")))
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]

    assert fake.client.get("/_page/static/../page.py").status_code == 404
    assert fake.client.get("/_page/static/nothing.css").status_code == 404


@pytest.mark.parametrize("seed_name", ["demo", "documented"])
def test_the_shown_commands_work_as_they_stand(start_fake: StartFake, seed_name: str):
    fake = start_fake(dict(read_seed(seed_name)))

    commands = read_commands(fake.client.get("/").text)

    assert len(commands) == 8
    for command in commands:
        assert call_like_curl(fake.client, read_words(command)) == 200, command


def read_words(command: str) -> list[str]:
    """Return the words of a command as a shell reads them: a line that ends with a backslash goes on."""
    return shlex.split(command.replace("\\\n", ""))


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
        elif word in {"-d", "--data-urlencode", "--data-raw"}:
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


def test_logins_and_names_of_the_seed_are_escaped(start_fake: StartFake):
    seed = build_seed()
    seed["ivinex"] = {
        "logins": [{"username": "<img>", "password": 'it\'s "&"'}],
        "modules": {"1": {"name": "<b>bold</b>"}},
    }
    fake = start_fake(seed)

    response = fake.client.get("/", headers={"Host": "localhost"})

    assert "<img>" not in response.text
    assert "<b>bold" not in response.text
    assert "&lt;img&gt;" in response.text
    assert "-u '<img>:it'\"'\"'s \"&\"'" in read_commands(response.text)[0]


def test_the_host_header_is_escaped(start_fake: StartFake):
    response = start_fake().client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})

    assert "<script>alert" not in response.text


def test_every_control_endpoint_is_described(start_fake: StartFake):
    page = open_page(start_fake(), "/")
    rows = [each for each in page.find("dl", **{"class": "endpoints"}).inside if each.tag == "div"]
    told = {row.find("dt").text: row.find("dd").text.split("  ")[-1].strip() for row in rows}
    assert told.keys() >= {"/_control/requests.har", "/_control/workspaces/NAME", "/_control/openapi/control.json"}
    assert all(" " in about for about in told.values()), told


def test_the_last_refusals_are_shown_with_their_reasons(start_fake: StartFake):
    fake = start_fake()
    fake.search(Limit="many")
    fake.client.get("/Api/R3/ToDos/1", auth=MINICRM_LOGIN)

    page = open_page(fake, "/")

    assert "did you mean /Api/R3/ToDo/1?" in page.text
    assert 'Limit must be a whole number from 1 on, not "many".' in page.text
    assert page.find("a", href="/_page/journal/1")


def test_the_pages_are_in_no_journal(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    for path in ("/", "/_page/ivinex/1001", "/_page/ivinex/1001/1", "/_page/journal", "/_page/nothing"):
        fake.client.get(path)

    assert fake.read_journal() == []


def test_other_machines_see_neither_logins_nor_counts(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}), peer="192.168.1.5")

    response = fake.client.get("/")

    assert response.status_code == 200
    for hidden in ("demo-password", "seed x", "demo-api-key", "<dl", "Workspaces", "control/health"):
        assert hidden not in response.text
    assert "/API/Records.php" in response.text


PRIVATE_PAGES = ["ivinex", "ivinex/1001", "ivinex/1001/1", "minicrm", "journal", "faults", "data", "workspaces", "w/x"]


@pytest.mark.parametrize("name", PRIVATE_PAGES)
def test_other_machines_see_no_other_page(start_fake: StartFake, name: str):
    fake = start_fake(build_seed({"first_name": "Ann"}), peer="192.168.1.5")

    response = fake.client.get(f"/_page/{name}")

    assert response.status_code in {403, 404}
    assert "Ann" not in response.text
    assert "contact" not in response.text


def test_another_host_name_for_this_machine_opens_nothing(start_fake: StartFake):
    response = start_fake().client.get("/_page/journal", headers={"Host": "rebound.example"})

    assert response.status_code == 403


ACTIONS = ["data/reset", "data/seed", "faults/clear", "journal", "workspaces/create", "ivinex/1001/1"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_a_form_that_is_not_the_pages_own_does_nothing(start_fake: StartFake, action: str, headers: dict[str, str]):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    response = fake.client.post(f"/_page/{action}", data={"first_name": "Eve", "name": "x"}, headers=headers)

    assert response.status_code == 403
    assert fake.get_record("1")["first_name"] == "Ann"
    assert [each["method"] for each in fake.read_journal()] == ["GET"]


def test_the_first_page_takes_no_form(start_fake: StartFake):
    response = post(start_fake(), "/")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/_page/data"])
def test_other_methods_are_refused(start_fake: StartFake, path: str):
    assert start_fake().client.put(path).status_code == 405


def test_the_control_token_opens_the_page_by_a_cookie(start_fake: StartFake):
    fake = start_fake(control_token="secret", peer="192.168.1.5")
    assert fake.client.get("/_page/journal").status_code == 403
    assert open_page(fake, "/").find("input", name="token")

    assert post(fake, "/_page/token", token="wrong").status_code == 403
    assert post(fake, "/_page/token", token="").status_code == 403
    response = post(fake, "/_page/token", token="secret")

    assert response.status_code == 303
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "secret" not in cookie
    fake.client.cookies.clear()
    opened = fake.client.get("/_page/journal", headers={"Cookie": cookie.partition(";")[0]})
    assert opened.status_code == 200
    assert fake.client.get("/_page/journal", headers={"Cookie": "crm_mock_page=x"}).status_code == 403


def test_an_unknown_address_is_404(start_fake: StartFake):
    response = start_fake().client.get("/_page/<b>nothing")

    assert response.status_code == 404
    assert "&lt;b&gt;nothing" in response.text


def test_a_page_of_another_origin_may_not_read_the_page(start_fake: StartFake):
    response = start_fake(build_seed({"first_name": "Ann"})).client.get("/", headers={"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers
    assert "demo-password" not in response.text
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert IVINEX_LOGIN[1] not in response.text
