from __future__ import annotations

import base64

import pytest

from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, build_seed


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_other_methods_are_refused_with_those_that_work(start_fake: StartFake, method: str):
    fake = start_fake()

    answer = fake.client.request(method, "/API/Records.php", auth=IVINEX_LOGIN)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert fake.read_journal()[0]["reason"].startswith(f"Records.php takes GET, POST, not {method}.")


def test_a_wrong_login_is_a_401_with_a_json_message(start_fake: StartFake):
    fake = start_fake()

    answer = fake.client.get("/API/Records.php?CollectionTypeID=1001", auth=("demo", "wrong"))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Ivinex"'
    assert answer.json() == {"Error": "The login is missing or wrong."}
    assert "ivinex.txt: Base Info" in fake.read_journal()[0]["reason"]


def test_each_login_of_a_seed_opens_the_account_and_no_mixture_of_them(start_fake: StartFake):
    seed = build_seed()
    logins = [{"username": "a", "password": "1"}, {"username": "\u0151", "password": "\u20ac:2"}]
    seed["ivinex"] = {"logins": logins, "modules": {"1001": {}}}
    client = start_fake(seed).client

    def ask(username: str, password: str) -> int:
        headers = {"Authorization": "Basic " + _encode(f"{username}:{password}")}
        return client.get("/API/Records.php?CollectionTypeID=1001", headers=headers).status_code

    assert [ask("a", "1"), ask("\u0151", "\u20ac:2")] == [200, 200]
    assert [ask("a", "\u20ac:2"), ask("demo", "demo-password"), ask("A", "1"), ask("", "")] == [401] * 4


def _encode(login: str) -> str:
    return base64.b64encode(login.encode()).decode()
