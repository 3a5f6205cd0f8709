"""The fake mounted in front of the real addresses, for both kinds of httpx client, without a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from typing import Any

import httpx
import httpx2
import pytest

from mockserver.crm.profiles import DeviationError
from mockserver.respx_mount import MountedFake, mounted_fake
from mockserver.testing.control_client import ControlError

CATEGORIES = "https://r3.minicrm.hu/Api/R3/Category"
RECORDS = "https://demo.ivinex.com/API/Records.php"
PERSON = {"Type": "Person", "FirstName": "Ada", "Email": "ada@example.com"}

Ask = Callable[..., httpx.Response]


def ask_synchronously(method: str, url: str, **more: Any) -> httpx.Response:
    with httpx.Client() as client:
        return client.request(method, url, **more)


def ask_asynchronously(method: str, url: str, **more: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.request(method, url, **more)

    return asyncio.run(ask())


@pytest.fixture(params=[ask_synchronously, ask_asynchronously], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return request.param


@pytest.fixture
def fake() -> Generator[MountedFake]:
    with mounted_fake("https://r3.minicrm.hu", "https://demo.ivinex.com", seed="demo") as mounted:
        yield mounted


def test_both_crms_answer_at_their_real_addresses(fake: MountedFake, ask: Ask):
    found = ask("GET", RECORDS, params={"CollectionTypeID": 1001, "Limit": 3}, auth=fake.ivinex)
    made = ask("PUT", "https://r3.minicrm.hu/Api/R3/Contact", json=PERSON, auth=fake.minicrm)
    contact = ask("GET", "https://r3.minicrm.hu/Api/R3/Contact?Email=ada%40example.com", auth=fake.minicrm).json()

    assert len(found.json()["Records"]) == 3
    (result,) = contact["Results"].values()
    assert result["Url"] == f"https://r3.minicrm.hu/Api/R3/Contact/{made.json()['Id']}"
    assert [entry["method"] for entry in fake.requests()] == ["GET", "PUT", "GET"]


@pytest.mark.parametrize(
    "url", ["https://r3.minicrm.io/Api/R3/Category", "http://r3.minicrm.hu/", "https://demo.ivinex.com:8443/"]
)
def test_another_address_is_refused_and_told(fake: MountedFake, ask: Ask, url: str):
    with pytest.raises(AssertionError, match="not mocked") as refusal:
        ask("GET", url)

    assert "mounted at https://r3.minicrm.hu, https://demo.ivinex.com only" in refusal.value.__notes__[0]
    assert fake.requests() == []


def test_a_path_the_fake_does_not_know_stays_inside_too(fake: MountedFake, ask: Ask):
    assert ask("GET", "https://r3.minicrm.hu/elsewhere").status_code == 401
    assert fake.requests(status=401)


def test_without_addresses_the_real_ones_are_mounted():
    with mounted_fake(seed="empty", profile="observed", language="hu") as fake:
        assert fake.env["MINICRM_URL"] == "https://r3.minicrm.hu"
        assert fake.env["IVINEX_URL"] == "https://demo.ivinex.com"
        assert fake.env["IVINEX_MODULES"] == "contact=1001,note=1002"
        refusal = httpx.get("https://r3.minicrm.hu/Api/R3/Project/99", auth=fake.minicrm)
        assert refusal.status_code == 404
        assert fake.app.workspace.profile.language == "hu"


def test_a_deviation_is_turned_on_by_its_name():
    with mounted_fake("https://r3.minicrm.hu", deviations={"count-is-text": True}) as fake:
        found = ask_synchronously("GET", "https://r3.minicrm.hu/Api/R3/Project?StatusGroup=Open", auth=fake.minicrm)
        assert isinstance(found.json()["Count"], str)
    with pytest.raises(DeviationError, match="Did you mean"), mounted_fake(deviations={"count-as-text": True}):
        pass


def test_one_address_serves_both_crms():
    with mounted_fake("https://crm.example:8443/") as fake:
        assert fake.env["MINICRM_URL"] == fake.env["IVINEX_URL"] == fake.url == "https://crm.example:8443"
        assert httpx.get(f"{fake.url}/Api/R3/Category", auth=fake.minicrm).status_code == 200


@pytest.mark.parametrize(
    "address", ["r3.minicrm.hu", "https://r3.minicrm.hu/Api/R3", "https://a:b@c.example", "ftp://a.example"]
)
def test_what_is_no_address_is_explained(address: str):
    with pytest.raises(ValueError, match="no address to mount at"), mounted_fake(address):
        pass


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "reset"}, httpx.ReadError),
        ({"kind": "reset_after_commit"}, httpx.ReadError),
        ({"kind": "truncate"}, httpx.RemoteProtocolError),
        ({"kind": "latency", "delay_s": 600}, httpx.ReadTimeout),
        ({"kind": "reset", "delay_s": 600}, httpx.ReadTimeout),
        ({"kind": "drip", "delay_s": 600}, httpx.ReadTimeout),
    ],
)
def test_a_fault_of_the_connection_is_the_exception_of_the_client(
    fake: MountedFake, ask: Ask, fault: dict[str, object], error: type[Exception]
):
    fake.faults({"times": 1, "fault": fault})

    with pytest.raises(error) as caught:
        ask("GET", CATEGORIES, auth=fake.minicrm, timeout=5)

    assert type(caught.value) is error
    assert isinstance(caught.value, httpx.RequestError)
    assert str(caught.value.request.url) == CATEGORIES
    assert fake.requests()[-1]["fault"] == fault["kind"]
    assert ask("GET", CATEGORIES, auth=fake.minicrm).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "beginning"),
    [
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}}, 429, ""),
        ({"kind": "html"}, 502, "<!doctype html>"),
        ({"kind": "malformed"}, 200, "{"),
        ({"kind": "status", "status": 204}, 204, ""),
    ],
)
def test_any_other_fault_is_an_answer(
    fake: MountedFake, ask: Ask, fault: dict[str, object], status: int, beginning: str
):
    fake.faults({"fault": fault})

    answer = ask("GET", CATEGORIES, auth=fake.minicrm)

    assert answer.status_code == status
    assert answer.text.startswith(beginning)
    assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)


@pytest.mark.parametrize("kind", ["latency", "drip"])
def test_a_delay_within_the_clients_patience_is_waited_for(
    fake: MountedFake, ask: Ask, kind: str, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("mockserver.respx_mount.time.sleep", waited.append)
    monkeypatch.setattr("mockserver.respx_mount.anyio.sleep", wait)
    fake.faults({"fault": {"kind": kind, "delay_s": 4}})

    assert ask("GET", CATEGORIES, auth=fake.minicrm, timeout=5).status_code == 200
    assert waited == [4]


def test_a_body_that_drips_may_take_longer_than_the_client_waits_for_a_piece(
    fake: MountedFake, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []
    monkeypatch.setattr("mockserver.respx_mount.time.sleep", waited.append)
    fake.faults({"fault": {"kind": "drip", "delay_s": 60}})

    assert httpx.get(CATEGORIES, auth=fake.minicrm, timeout=10).status_code == 200
    assert waited == [60]


def test_a_write_whose_answer_is_lost_is_there(fake: MountedFake):
    before = fake.app.workspace.count_rows()["minicrm"]
    fake.faults({"match": {"method": "PUT"}, "times": 1, "fault": {"kind": "reset_after_commit"}})

    with pytest.raises(httpx.ReadError):
        httpx.put("https://r3.minicrm.hu/Api/R3/Contact", json=PERSON, auth=fake.minicrm)

    after = fake.app.workspace.count_rows()["minicrm"]
    assert sum(after.values()) > sum(before.values())


def test_it_is_steered_as_any_other_fake(fake: MountedFake):
    state = fake.snapshot()
    fake.seed({"minicrm": {}, "ivinex": {"logins": [{"username": "ann", "password": "secret"}]}})
    assert fake.ivinex == ("ann", "secret")
    assert fake.env["IVINEX_USERNAME"] == "ann"
    fake.clock("2031-01-02T03:04:05")
    with pytest.raises(ControlError, match="/_control/seed was refused with 400"):
        fake.seed({"minicrn": {}})

    fake.restore(state)
    assert fake.ivinex == ("demo", "demo-password")
    fake.reset()
    assert httpx.get(CATEGORIES, auth=("10001", "wrong")).status_code == 401
    assert " -> 401 | " in fake.describe_requests()


def test_a_test_may_add_routes_of_its_own(fake: MountedFake):
    fake.router.get("https://other.example/").respond(418)

    assert httpx.get("https://other.example/").status_code == 418


def test_threads_take_their_turns(fake: MountedFake):
    statuses: list[int] = []

    def write_some() -> None:
        for _ in range(5):
            answer = httpx.put("https://r3.minicrm.hu/Api/R3/Contact", json=PERSON, auth=fake.minicrm)
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 20


def test_the_real_addresses_are_free_again_at_the_end():
    with mounted_fake():
        pass
    with mounted_fake("https://crm.example"), pytest.raises(AssertionError, match="not mocked"):
        httpx.get(CATEGORIES)


def test_httpx2_takes_the_fake_as_its_transport(fake: MountedFake):
    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fake.app)) as client:
            return await client.get(CATEGORIES, auth=fake.minicrm)

    assert asyncio.run(ask()).status_code == 200
