from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.fake_process import running_fake
from mockserver.workspaces import all as workspaces
from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN, InProcessFake, build_seed

pytestmark = pytest.mark.slow

SEARCH = {"CollectionTypeID": "1001", "Limit": "100"}


def make(fake: InProcessFake, **wanted: object) -> dict[str, Any]:
    answer = fake.client.post("/_control/workspaces", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def login_to(workspace: dict[str, Any], crm: str) -> tuple[str, str]:
    first, second = workspace[crm].values()
    return first, second


def list_names(fake: InProcessFake, login: tuple[str, str]) -> list[str | None]:
    answer = fake.client.get("/API/Records.php", params=SEARCH, auth=login)
    return [record["first_name"] for record in answer.json()["Records"]]


def write_name(fake: InProcessFake, login: tuple[str, str], name: str) -> None:
    record = {"CollectionTypeID": 1001, "first_name": name}
    assert fake.client.post("/API/Records.php", json={"Records": [record]}, auth=login).status_code == 200


def test_a_new_workspace_is_its_name_and_logins_of_its_own(start_fake: StartFake):
    fake = start_fake()
    made = [make(fake), make(fake, name="mine"), make(fake, seed="demo")]

    for workspace in made:
        assert list(workspace) == ["name", "ivinex", "minicrm"]
        assert list(workspace["ivinex"]) == ["username", "password"]
        assert list(workspace["minicrm"]) == ["system_id", "api_key"]
        assert re.fullmatch("[0-9]+", workspace["minicrm"]["system_id"])
        assert "fake" in workspace["ivinex"]["password"]
        assert "fake" in workspace["minicrm"]["api_key"]
    assert made[1]["name"] == "mine"
    assert len({workspace["name"] for workspace in made}) == 3
    for crm in ("ivinex", "minicrm"):
        assert len({login_to(workspace, crm) for workspace in made} | {IVINEX_LOGIN, MINICRM_LOGIN}) == 5


def test_everything_about_a_new_workspace_may_be_left_out(start_fake: StartFake):
    fake = start_fake()

    made = fake.client.post("/_control/workspaces")

    assert made.status_code == 201
    counts = fake.client.get("/_control/health", params={"workspace": made.json()["name"]}).json()["counts"]
    assert {"contact", "note"} <= counts["ivinex"].keys()
    assert {"projects", "contacts", "tasks", "addresses"} <= counts["minicrm"].keys()
    assert not [kind for crm in counts.values() for kind, count in crm.items() if count]


def test_a_login_alone_decides_whose_data_is_meant(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    first, second = make(fake), make(fake)

    write_name(fake, login_to(first, "ivinex"), "Bob")

    assert list_names(fake, IVINEX_LOGIN) == ["Ann"]
    assert list_names(fake, login_to(first, "ivinex")) == ["Bob"]
    assert list_names(fake, login_to(second, "ivinex")) == []
    person = {"Type": "Person", "FirstName": "Cid", "LastName": "x"}
    assert fake.client.put("/Api/R3/Contact", json=person, auth=login_to(second, "minicrm")).status_code == 200
    for workspace, count in ((first, 0), (second, 1)):
        found = fake.client.get("/Api/R3/Contact", params={"Query": "Cid"}, auth=login_to(workspace, "minicrm"))
        assert found.json()["Count"] == count


def test_logins_of_two_workspaces_do_not_mix(start_fake: StartFake):
    fake = start_fake()
    first, second = make(fake), make(fake)
    mixed = (first["ivinex"]["username"], second["ivinex"]["password"])

    assert fake.client.get("/API/Records.php", params=SEARCH, auth=mixed).status_code == 401
    assert fake.client.get("/Api/R3/Category", auth=login_to(first, "ivinex")).status_code == 401
    assert [entry["path"] for entry in fake.read_journal()] == ["/Api/R3/Category"]


def test_a_workspace_begins_with_a_built_in_seed_or_a_document_and_its_own_logins(start_fake: StartFake):
    fake = start_fake()
    seed = build_seed({"first_name": "Ann"}, minicrm={"logins": [{"system_id": "7", "api_key": "k"}]})
    seed["ivinex"] = {**dict(seed["ivinex"]), "logins": [{"username": "u", "password": "p"}]}  # type: ignore[call-overload]

    made, demo = make(fake, seed=seed), make(fake, seed="demo")

    assert list_names(fake, login_to(made, "ivinex")) == ["Ann"]
    assert fake.client.get("/API/Records.php", params=SEARCH, auth=("u", "p")).status_code == 401
    assert fake.client.get("/Api/R3/Category", auth=("7", "k")).status_code == 401
    assert len(list_names(fake, login_to(demo, "ivinex"))) > 3
    clock = fake.client.get("/_control/clock", params={"workspace": made["name"]}).json()
    assert clock == {"now": "2026-01-02T03:04:05", "frozen": True}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"name": "default"}, 409, "there is a workspace 'default' already"),
        ({"name": "taken"}, 409, "there is a workspace 'taken' already"),
        ({"name": ""}, 400, "name: must be 1 to 100 letters"),
        ({"name": "a/b"}, 400, "name: must be 1 to 100 letters"),
        ({"name": "x" * 101}, 400, "name: must be 1 to 100 letters"),
        ({"name": 5}, 400, "name: must be text, not the number 5"),
        ({"seed": "dmeo"}, 400, 'seed: there is no built-in seed.*Did you mean "demo"'),
        ({"seed": "/etc/passwd"}, 400, "seed: there is no built-in seed"),
        ({"seed": []}, 400, "seed: must be the name of a built-in seed or a seed document, not a list"),
        ({"seed": {"ivinx": {}}}, 400, 'the body, line 1, column 10: seed.ivinx: no such key.*Did you mean "ivinex"'),
        ({"nmae": "x"}, 400, 'nmae: no such key.*Did you mean "name"'),
        ([], 400, "must be a JSON object, not a list"),
    ],
)
def test_a_workspace_that_cannot_be_made_is_refused(start_fake: StartFake, body: object, status: int, message: str):
    fake = start_fake()
    make(fake, name="taken")

    answer = fake.client.post("/_control/workspaces", json=body)

    assert answer.status_code == status
    assert re.search(message, answer.json()["error"])
    assert len(fake.client.get("/_control/workspaces").json()) == 2


def test_there_is_an_end_to_workspaces(start_fake: StartFake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workspaces, "MAX_WORKSPACES", 1)
    fake = start_fake()
    make(fake)

    answer = fake.client.post("/_control/workspaces")

    assert (answer.status_code, "drop some" in answer.text) == (409, True)


def test_workspaces_are_listed_with_logins_and_counts(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    made = make(fake, name="mine", seed=build_seed({"first_name": "Bob"}, {"first_name": "Cid"}))

    default, mine = fake.client.get("/_control/workspaces").json()

    assert list(default) == ["name", "ivinex", "minicrm", "counts"]
    assert (default["name"], login_to(default, "ivinex")) == ("default", IVINEX_LOGIN)
    assert default["counts"]["ivinex"]["contact"] == 1
    assert {key: mine[key] for key in made} == made
    assert mine["counts"]["ivinex"]["contact"] == 2
    assert fake.client.get("/_control/workspaces/mine").json() == mine


def test_an_account_without_a_login_is_listed_without_one(start_fake: StartFake):
    fake = start_fake({"minicrm": {"logins": []}})

    assert fake.client.get("/_control/workspaces/default").json()["minicrm"] is None


def test_a_dropped_workspace_is_gone_with_its_logins_for_good(start_fake: StartFake):
    fake = start_fake()
    made, kept = make(fake, name="mine"), make(fake)

    answer = fake.client.delete("/_control/workspaces/mine")

    assert answer.json() == {"status": "ok", "deleted": 1}
    assert fake.client.get("/_control/workspaces/mine").status_code == 404
    again = make(fake, name="mine")
    assert login_to(again, "ivinex") != login_to(made, "ivinex")
    for crm, path in (("ivinex", "/API/Records.php?CollectionTypeID=1001"), ("minicrm", "/Api/R3/Category")):
        assert fake.client.get(path, auth=login_to(made, crm)).status_code == 401
        assert fake.client.get(path, auth=login_to(kept, crm)).status_code == 200


def test_all_workspaces_but_default_are_dropped_at_once(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    make(fake)
    make(fake)

    assert fake.client.delete("/_control/workspaces").json() == {"status": "ok", "deleted": 2}
    assert [workspace["name"] for workspace in fake.client.get("/_control/workspaces").json()] == ["default"]
    assert list_names(fake, IVINEX_LOGIN) == ["Ann"]


def test_default_cannot_be_dropped(start_fake: StartFake):
    answer = start_fake().client.delete("/_control/workspaces/default")

    assert answer.status_code == 400
    assert "always stays" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/_control/workspaces/mien", "/_control/clock?workspace=mien"])
def test_a_workspace_that_is_not_there_is_not_taken_for_another(start_fake: StartFake, path: str):
    fake = start_fake()
    make(fake, name="mine")

    answer = fake.client.get(path)

    assert answer.status_code == 404
    assert 'Did you mean "mine"' in answer.json()["error"]


def test_a_misspelt_parameter_changes_no_other_workspace(start_fake: StartFake):
    fake = start_fake()
    make(fake, name="mine")
    write_name(fake, IVINEX_LOGIN, "Ann")

    for query in ("workspce=mine", "workspace=mine&workspace=default"):
        assert fake.client.post(f"/_control/reset?{query}").status_code == 400
    assert fake.client.delete("/_control/workspaces?workspace=mine").status_code == 400

    assert list_names(fake, IVINEX_LOGIN) == ["Ann"]


def test_data_clock_journal_and_faults_are_each_workspaces_own(start_fake: StartFake):
    fake = start_fake()
    mine = make(fake, name="mine")
    at_mine = {"workspace": "mine"}
    fake.client.put("/_control/clock", params=at_mine, json={"now": "2031-01-01T00:00:00"})
    fake.client.put("/_control/faults", params=at_mine, json={"rules": [{"fault": {"kind": "status", "status": 503}}]})
    fake.client.get("/API/Records.php", params=SEARCH, auth=login_to(mine, "ivinex"))

    assert fake.client.get("/_control/clock").json()["now"] == "2026-01-02T03:04:05"
    assert fake.client.get("/_control/faults").json()["rules"] == []
    assert fake.search().status_code == 200
    assert [entry["status"] for entry in fake.read_journal()] == [200]
    (entry,) = fake.client.get("/_control/requests", params=at_mine).json()
    assert (entry["workspace"], entry["status"], entry["fault"]) == ("mine", 503, "status")
    assert fake.client.delete("/_control/requests", params=at_mine).json()["deleted"] == 1
    assert len(fake.read_journal()) == 1


def test_seed_and_reset_of_a_workspace_touch_nothing_else(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    mine = make(fake, name="mine", seed=build_seed({"first_name": "Bob"}))
    login = login_to(mine, "ivinex")

    fake.client.put("/_control/seed?workspace=mine", json=build_seed({"first_name": "Cid"}))
    assert (list_names(fake, login), list_names(fake, IVINEX_LOGIN)) == (["Cid"], ["Ann"])

    write_name(fake, IVINEX_LOGIN, "Dan")
    fake.client.post("/_control/reset?workspace=mine")
    assert (list_names(fake, login), list_names(fake, IVINEX_LOGIN)) == (["Bob"], ["Ann", "Dan"])


def test_a_snapshot_moves_between_workspaces_and_leaves_their_logins(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    login = login_to(make(fake, name="mine"), "ivinex")
    snapshot = fake.client.get("/_control/snapshot").content

    assert fake.client.put("/_control/snapshot?workspace=mine", content=snapshot).status_code == 200
    write_name(fake, login, "Bob")
    back = fake.client.get("/_control/snapshot?workspace=mine").content
    assert (list_names(fake, login), list_names(fake, IVINEX_LOGIN)) == (["Ann", "Bob"], ["Ann"])

    fake.client.put("/_control/snapshot", content=back)
    write_name(fake, IVINEX_LOGIN, "Cid")
    assert (list_names(fake, login), list_names(fake, IVINEX_LOGIN)) == (["Ann", "Bob"], ["Ann", "Bob", "Cid"])


def test_workspaces_are_not_kept_in_the_database_file(start_fake: StartFake, tmp_path: Path):
    path = str(tmp_path / "fake.db")
    fake = start_fake(database_path=path)
    write_name(fake, login_to(make(fake, name="mine"), "ivinex"), "Ann")
    fake.close()

    again = start_fake(database_path=path)

    assert [workspace["name"] for workspace in again.client.get("/_control/workspaces").json()] == ["default"]
    assert list_names(again, IVINEX_LOGIN) == []


async def work_in_a_workspace(client: httpx.AsyncClient, index: int) -> None:
    made = (await client.post("/_control/workspaces", json={"name": f"w{index}"})).json()
    ivinex, minicrm = login_to(made, "ivinex"), login_to(made, "minicrm")
    names = [f"name {index} {turn}" for turn in range(2)]
    for name in names:
        record = {"CollectionTypeID": 1001, "first_name": name}
        (written,) = (await client.post("/API/Records.php", json={"Records": [record]}, auth=ivinex)).json()
        assert written["Status"] == "Success"
        person = {"Type": "Person", "FirstName": name, "LastName": "Shared"}
        assert (await client.put("/Api/R3/Contact", json=person, auth=minicrm)).status_code == 200
    records = (await client.get("/API/Records.php", params=SEARCH, auth=ivinex)).json()["Records"]
    assert [record["first_name"] for record in records] == names
    found = (await client.get("/Api/R3/Contact", params={"Query": "Shared"}, auth=minicrm)).json()
    assert [contact["Name"] for contact in found["Results"].values()] == [f"{name} Shared" for name in names]
    entries = (await client.get("/_control/requests", params={"workspace": made["name"]})).json()
    assert (len(entries), {entry["workspace"] for entry in entries}) == (6, {made["name"]})


def test_fifty_workspaces_written_in_parallel_never_see_each_other():
    async def work(url: str) -> list[dict[str, Any]]:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
            await asyncio.gather(*(work_in_a_workspace(client, index) for index in range(50)))
            return (await client.get("/_control/workspaces")).json()

    with running_fake("--seed", "empty") as server:
        default, *made = asyncio.run(work(server.url))

    assert len(made) == 50
    assert sum(default["counts"]["ivinex"].values()) + sum(default["counts"]["minicrm"].values()) == 0
    assert {workspace["counts"]["ivinex"]["contact"] for workspace in made} == {2}
    assert {workspace["counts"]["minicrm"]["contacts"] for workspace in made} == {2}
