from __future__ import annotations

import pytest

from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN

ORIGIN = {"Origin": "https://app.example"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
PATHS = ["/API/Records.php?CollectionTypeID=1001", "/Api/R3/Category"]


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_is_answered_without_a_login_and_stays_out_of_the_journal(start_fake: StartFake, path: str):
    fake = start_fake()

    answer = fake.client.options(path, headers=PREFLIGHT)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"GET", "POST", "PUT"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"Authorization", "Content-Type"} <= set(answer.headers["access-control-allow-headers"].split(", "))
    assert "access-control-allow-private-network" not in answer.headers
    assert fake.read_journal() == []


def test_a_page_on_the_internet_may_reach_this_machine_where_it_asks(start_fake: StartFake):
    headers = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}

    answer = start_fake().client.options("/Api/R3/Category", headers=headers)

    assert answer.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("headers", [{}, ORIGIN])
def test_options_that_are_no_preflight_are_the_crms_business(start_fake: StartFake, headers: dict[str, str]):
    answer = start_fake().client.options("/Api/R3/Category", headers=headers, auth=MINICRM_LOGIN)

    assert answer.status_code == 405


@pytest.mark.parametrize(("path", "login"), [(PATHS[0], IVINEX_LOGIN), (PATHS[1], MINICRM_LOGIN)])
def test_a_page_of_another_origin_may_read_answers_and_refusals(
    start_fake: StartFake, path: str, login: tuple[str, str]
):
    fake = start_fake()

    for answer in (fake.client.get(path, auth=login, headers=ORIGIN), fake.client.get(path, headers=ORIGIN)):
        assert answer.headers["access-control-allow-origin"] == "*"
    assert "www-authenticate" in answer.headers
    assert "access-control-allow-origin" not in fake.client.get(path, auth=login).headers


def test_a_page_of_another_origin_may_read_faults(start_fake: StartFake):
    fake = start_fake()
    fault = {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}
    fake.client.put("/_control/faults", json={"rules": [{"fault": fault}]})

    answer = fake.client.get(PATHS[1], auth=MINICRM_LOGIN, headers=ORIGIN)

    assert answer.headers["access-control-expose-headers"] == "*"
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("path", ["/_control/health", "/_control/workspaces", "/"])
def test_neither_control_nor_page_is_open_to_another_origin(start_fake: StartFake, path: str):
    client = start_fake().client

    for answer in (client.options(path, headers=PREFLIGHT), client.get(path, headers=ORIGIN)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert path == "/" or answer.status_code == 403
