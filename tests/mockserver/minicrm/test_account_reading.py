"""Reading an account out of its tables is slow, so it is done once, whatever the number of accounts side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.minicrm.account import load_account
from tests.support.in_process import MINICRM_LOGIN

if TYPE_CHECKING:
    from tests.mockserver.conftest import StartFake

MORE_THAN_ARE_KEPT = 20


def test_many_accounts_side_by_side_are_each_read_once(start_fake: StartFake):
    client = start_fake().client
    logins: list[tuple[str, str]] = []
    for number in range(MORE_THAN_ARE_KEPT):
        seed = {"minicrm": {"modules": {"1": {"name": f"Module {number}"}}}}
        made = client.post("/_control/workspaces", json={"seed": seed}).json()["minicrm"]
        logins.append((made["system_id"], made["api_key"]))

    def read_modules() -> list[object]:
        return [client.get("/Api/R3/Category", auth=login).json() for login in logins]

    assert read_modules() == [{"1": f"Module {number}"} for number in range(MORE_THAN_ARE_KEPT)]
    read_before = load_account.cache_info().misses
    read_modules()
    assert load_account.cache_info().misses == read_before


def test_an_account_that_was_replaced_is_read_anew(start_fake: StartFake):
    client = start_fake({"minicrm": {"modules": {"1": {"name": "Before"}}}}).client
    snapshot = client.get("/_control/snapshot").content

    def read_modules() -> object:
        return client.get("/Api/R3/Category", auth=MINICRM_LOGIN).json()

    assert read_modules() == {"1": "Before"}
    client.put("/_control/seed", json={"minicrm": {"modules": {"1": {"name": "After"}}}}).raise_for_status()
    assert read_modules() == {"1": "After"}
    client.put("/_control/snapshot", content=snapshot).raise_for_status()
    assert read_modules() == {"1": "Before"}
