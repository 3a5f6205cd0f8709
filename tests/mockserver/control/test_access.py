from __future__ import annotations

import pytest

from tests.mockserver.conftest import StartFake

TOKEN = "a-control-token"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_let_in(start_fake: StartFake, peer: str):
    assert start_fake(peer=peer).client.get("/_control/health").status_code == 200


@pytest.mark.parametrize("peer", ["192.168.1.5", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "nonsense"])
def test_other_machines_are_kept_out_and_told_how_to_get_in(start_fake: StartFake, peer: str):
    answer = start_fake(peer=peer).client.post("/_control/reset")

    assert answer.status_code == 403
    assert "--control-token" in answer.json()["error"]


def test_other_machines_may_use_the_apis(start_fake: StartFake):
    assert start_fake(peer="192.168.1.5").search().status_code == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "192.168.1.5"])
def test_with_a_token_set_everybody_needs_it(start_fake: StartFake, peer: str):
    fake = start_fake(peer=peer, control_token=TOKEN)

    def ask(authorization: str | None) -> int:
        headers = {} if authorization is None else {"Authorization": authorization}
        return fake.client.get("/_control/health", headers=headers).status_code

    assert ask(f"Bearer {TOKEN}") == 200
    assert ask(f"bearer {TOKEN}") == 200
    assert [ask(wrong) for wrong in (None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x")] == [401] * 6


def test_a_missing_token_is_asked_for(start_fake: StartFake):
    answer = start_fake(control_token=TOKEN).client.get("/_control/health")

    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["error"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "null", "http://127.0.0.1:8080.x"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_page_of_another_origin_is_kept_out(start_fake: StartFake, origin: str, token: str):
    headers = {"Origin": origin, "Authorization": f"Bearer {TOKEN}"}

    answer = start_fake(control_token=token).client.post("/_control/reset", headers=headers)

    assert answer.status_code == 403
    assert "another origin" in answer.json()["error"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site"])
@pytest.mark.parametrize("mode", ["no-cors", "navigate", "cors"])
def test_a_page_of_another_site_is_kept_out_of_reading_too(start_fake: StartFake, site: str, mode: str):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}

    answer = start_fake().client.get("/_control/requests?path=*a*b", headers=headers)

    assert answer.status_code == 403
    assert "another origin" in answer.json()["error"]


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("https://evil.example/page", 403),
        ("http://127.0.0.1:8080.evil.example/", 403),
        ("http://127.0.0.1:80800/", 403),
        ("http://127.0.0.1:8080", 200),
        ("http://127.0.0.1:8080/_page/journal", 200),
    ],
)
def test_an_old_browsers_page_is_known_by_its_referer(start_fake: StartFake, referer: str, status: int):
    assert start_fake().client.get("/_control/health", headers={"Referer": referer}).status_code == status


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_address_bar_and_the_own_page_are_let_in(start_fake: StartFake, site: str):
    assert start_fake().client.get("/_control/health", headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("path", ["health", "snapshot", "requests", "nothing"])
def test_a_page_of_another_origin_cannot_take_an_answer_in_by_a_tag(start_fake: StartFake, path: str):
    headers = start_fake().client.get(f"/_control/{path}").headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_servers_own_page_is_let_in(start_fake: StartFake):
    answer = start_fake().client.post("/_control/reset", headers={"Origin": "http://127.0.0.1:8080"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost:8080", "LOCALHOST", "fake.localhost:1", "[::1]:8080", "127.0.0.1", "10.1.2.3:8080"]
)
def test_names_and_addresses_of_this_machine_are_let_in(start_fake: StartFake, host: str):
    assert start_fake().client.get("/_control/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", ""]
)
def test_a_name_that_a_stranger_points_here_is_kept_out(start_fake: StartFake, host: str):
    answer = start_fake().client.get("/_control/health", headers={"Host": host})

    assert answer.status_code == 403
    assert "Host header" in answer.json()["error"]
