"""What was written is taken back by its id, in another process; what somebody changed since stays as it is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import both_crms, call, fail
from tests.support.question_play import account, sale

pytestmark = pytest.mark.slow

LONG = "<p>Árvíztűrő tükörfúrógép</p>\n<ul><li>első &amp; második</li></ul>\n" * 10


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """Keep what is written in a folder, so that each play is another process."""
    monkeypatch.setenv("CRM_MCP_STORE", str(tmp_path / "store"))


def write(tool: str, asked: User | None = None, /, **arguments: Any) -> Any:
    return play(lambda client: call(client, tool, **arguments), user=asked)


def undo(write_id: str, asked: User | None = None, /, **arguments: Any) -> Any:
    return write("undo_write", asked, write_id=write_id, **arguments)


def messages(result: Any) -> str:
    return " ".join(item.get("message", "") for item in result["items"])


def test_a_reassignment_of_30_is_undone_by_one_call_elsewhere_but_for_the_one_that_somebody_else_changed(
    fake: Fake,
) -> None:
    ids = [str(6001 + at) for at in range(30)]
    users = {one: fake.read(f"Project/{one}")["UserId"] for one in ids}

    async def reassign(client: Client) -> Any:
        planned = await call(client, "update_project", project_ids=ids, fields={"UserId": "103"})
        return await call(client, "update_project", plan_id=planned["plan_id"])

    user = User()
    written = play(reassign, user=user)
    assert len(user.asked) == 1
    assert {fake.read(f"Project/{one}")["UserId"] for one in ids} != set(users.values())
    edited = next(one for one in ids if users[one] == "Nagy Eszter")
    fake.change(f"Project/{edited}", UserId=102)
    theirs = fake.read(f"Project/{edited}")["UserId"]

    result = undo(written["write_id"], user)
    assert len(user.asked) == 2
    assert {one: fake.read(f"Project/{one}")["UserId"] for one in ids} == {**users, edited: theirs}
    (left,) = [item for item in result["items"] if not item["ok"]]
    assert left["id"] == edited
    assert f'UserId holds "{theirs}"' in left["message"]
    assert result["message"] == "29 of 30 taken back (10 had nothing to undo); 1 left as it is, see items."


def test_a_dry_run_shows_what_would_be_put_back_and_writes_nothing(fake: Fake) -> None:
    name = fake.read("Project/6001")["Name"]
    written = write("update_project", project_id=6001, fields={"Name": "Renamed"})
    before = len(fake.writes())
    shown = undo(written["write_id"], dry_run=True)
    assert [(one["before"], one["after"]) for one in shown["changes"]] == [("Renamed", name)]
    assert "without dry_run" in shown["next_step"]
    assert len(fake.writes()) == before
    assert fake.read("Project/6001")["Name"] == "Renamed"


def test_a_single_write_is_undone_and_nobody_is_asked(fake: Fake) -> None:
    was = fake.read("Project/6001")
    written = write("update_project", project_id=6001, fields={"Name": "Őszi\nkör <b>1</b>", "StatusId": 2103})
    user = User("decline")
    result = undo(written["write_id"], user)
    assert [item["ok"] for item in result["items"]] == [True]
    assert user.asked == []
    now = fake.read("Project/6001")
    assert (now["Name"], now["StatusId"]) == (was["Name"], was["StatusId"])


def test_a_created_project_goes_to_the_trash_and_an_undo_of_that_takes_it_out_again(fake: Fake) -> None:
    written = write("create_project", module="Sales", contact_id=5101, name="By mistake")
    first = undo(written["write_id"])
    assert fake.read(f"Project/{written['id']}")["Deleted"] in (1, "1")
    undo(first["write_id"])
    assert fake.read(f"Project/{written['id']}")["Deleted"] in (0, "0")
    again = undo(written["write_id"])
    assert again["message"] == "1 of 1 taken back."
    assert fake.read(f"Project/{written['id']}")["Deleted"] in (1, "1")
    assert messages(undo(written["write_id"])) == f"It was undone already, by {again['items'][0]['write_id']}."


def test_what_was_trashed_after_asking_is_taken_out_of_the_trash(fake: Fake) -> None:
    written = write("update_project", User(), project_id=6001, fields={"Deleted": 1})
    undo(written["write_id"], User())
    assert fake.read("Project/6001")["Deleted"] in (0, "0")


def test_what_was_trashed_after_asking_goes_there_again_only_after_asking(fake: Fake) -> None:
    written = write("update_project", User(), project_id=6001, fields={"Deleted": 1})
    taken_out, user = undo(written["write_id"], User()), User("decline")

    async def scene(client: Client) -> str:
        return await fail(client, "undo_write", write_id=taken_out["write_id"])

    assert "declined" in play(scene, user=user)
    assert len(user.asked) == 1
    assert fake.read("Project/6001")["Deleted"] in (0, "0")
    undo(taken_out["write_id"], User())
    assert fake.read("Project/6001")["Deleted"] in (1, "1")


def test_an_emptied_long_text_comes_back_exactly(fake: Fake) -> None:
    fake.change("Project/6001", Text1204=LONG)
    written = write("update_project", User(), project_id=6001, fields={"Text1204": ""})
    assert not fake.read("Project/6001").get("Text1204")
    undo(written["write_id"], User())
    assert fake.read("Project/6001")["Text1204"] == LONG


def test_a_value_where_none_was_is_emptied_again(fake: Fake) -> None:
    fake.change("Project/6001", Text1204="", Enum1205="")
    fields = {"Text1204": "x", "Enum1205": "2"}
    written = write("update_project", project_id=6001, fields=fields)
    undo(written["write_id"])
    now = fake.read("Project/6001")
    assert (now.get("Text1204") or "", now.get("Enum1205") or "") == ("", "")


def test_a_number_that_was_emptied_comes_back_though_the_crm_shows_0_for_none(fake: Fake) -> None:
    was = fake.read("Project/6001")["Int1201"]
    written = write("update_project", project_id=6001, fields={"Int1201": ""})
    assert fake.read("Project/6001")["Int1201"] == 0
    result = undo(written["write_id"])
    assert result["message"] == "1 of 1 taken back."
    assert fake.read("Project/6001")["Int1201"] == was


def test_it_is_told_how_many_records_were_never_written(fake: Fake) -> None:
    fake.break_writes("/Api/R3/Project/6003", "status", status=400, body="no")
    records = [{"project_id": one, "fields": {"Name": "Renamed"}} for one in (6002, 6003, 999999)]
    written = write("update_project", records=records)
    result = undo(written["write_id"])
    assert result["message"] == "3 of 3 taken back (2 had nothing to undo)."


def test_two_undos_of_one_write_at_once_put_each_record_back_once(fake: Fake) -> None:
    ids = [str(6001 + at) for at in range(4)]
    written = write("update_project", project_ids=ids, fields={"Name": "Renamed"})
    before = len(fake.writes())
    fake.answer_late(*(f"/Api/R3/Project/{one}" for one in ids), delay_s=0.2)

    async def scene(client: Client) -> list[Any]:
        whole, record = written["write_id"], written["items"][0]["write_id"]
        return await asyncio.gather(*(client.call_tool("undo_write", {"write_id": one}) for one in (whole, record)))

    results = play(scene)
    assert sorted(result.is_error for result in results) == [False, True]
    assert f"Another undo of {written['write_id']} is still at work" in str(results)
    sent = fake.writes()[before:]
    assert len(sent) == len(set(sent))


def test_a_second_undo_says_that_it_was_undone_already_and_sends_nothing(fake: Fake) -> None:
    written = write("update_project", project_id=6001, fields={"Name": "Renamed"})
    undone = undo(written["write_id"])
    before = len(fake.writes())
    again = undo(written["write_id"])
    assert f"It was undone already, by {undone['write_id']}" in messages(again)
    assert len(fake.writes()) == before


def test_what_a_later_write_of_this_server_changed_is_named_and_undone_first(fake: Fake) -> None:
    name = fake.read("Project/6001")["Name"]
    first = write("update_project", project_id=6001, fields={"Name": "One"})
    second = write("update_project", project_id=6001, fields={"Name": "Two"})
    left = undo(first["write_id"])
    assert f"{second['write_id']} of this server wrote there since" in messages(left)
    assert fake.read("Project/6001")["Name"] == "Two"
    undo(second["write_id"])
    undo(first["write_id"])
    assert fake.read("Project/6001")["Name"] == name


def test_a_closed_task_is_said_to_stay_closed_and_its_other_fields_are_put_back_while_it_is_open(fake: Fake) -> None:
    was = fake.read("ToDo/7001")
    changed = write("update_task", task_id=7001, comment="Másik", deadline="2027-01-31", user="104")
    undo(changed["write_id"])
    now = fake.read("ToDo/7001")
    assert (now["Comment"], now["Deadline"], now["UserId"]) == (was["Comment"], was["Deadline"], was["UserId"])
    closed = write("update_task", task_id=7001, status="closed")
    assert "create a new one with create_task" in messages(undo(closed["write_id"]))


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("create_contact", {"type": "Person", "fields": {"FirstName": "Ida"}}, "deletes no contact"),
        ("create_task", {"project_id": 6001, "comment": "x"}, "close it with update_task"),
        ("create_address", {"contact_id": 5101, "name": "x"}, "deletes no address"),
        ("create_note", {"contact_id": "1", "text": "x"}, "deletes no record"),
        ("create_records", {"module": "company", "records": [{"name": "x"}]}, "deletes no record"),
    ],
)
def test_what_cannot_be_taken_back_says_what_can_be_done(
    fake: Fake, tool: str, arguments: dict[str, Any], says: str
) -> None:
    written = write(tool, **arguments)
    before = len(fake.writes())
    result = undo(written["write_id"])
    assert says in messages(result)
    assert result["message"].startswith("0 of 1 taken back")
    assert len(fake.writes()) == before


def test_an_unknown_write_and_one_of_another_account_are_refused(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write("update_project", project_id=6001, fields={"Name": "Renamed"})
    assert "There is no write 'write-nothing'" in play(
        lambda client: fail(client, "undo_write", write_id="write-nothing")
    )
    monkeypatch.setenv("MINICRM_API_KEY", "another")
    said = play(lambda client: fail(client, "undo_write", write_id=written["write_id"]))
    assert "There is no write" in said
    assert "the login that made it" in said
    assert fake.read("Project/6001")["Name"] == "Renamed"


@pytest.mark.usefixtures("fake")
def test_links_options_numbers_and_texts_of_records_are_put_back_as_ivinex_holds_them() -> None:
    async def read(client: Client) -> Any:
        got = [await call(client, "get_record", module=one, record_id="1", detail=True) for one in ("contact", "deal")]
        return [{name: one for name, one in each["fields"].items() if not name.startswith("modified")} for each in got]

    before = play(read)
    contact = {"record_id": "1", "company": "2", "contact_type": "2", "first_name": "Gyöngyvér\n<b>&amp;</b>"}
    deal = {"record_id": "1", "amount": "12345.50", "name": ""}
    first = write("update_records", module="contact", records=[contact])
    second = write("update_records", module="deal", records=[deal])
    assert play(read) != before
    for written in (first, second):
        result = undo(written["write_id"])
        assert [item["ok"] for item in result["items"]] == [True], messages(result)
    assert play(read) == before


def test_of_two_choices_with_one_label_the_one_that_was_there_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = sale(7, Name="Card", UserId=2, Enum1=2)
    seed = account([project], users={"1": "Kovács János", "2": "Kovács János", "3": "Anna"})
    fields = seed["minicrm"]["modules"]["3"]["fields"]
    fields["Enum1"]["choices"] = {"1": "Web", "2": "Web", "3": "Friend"}
    (tmp_path / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
    with running_fake("--seed", str(tmp_path / "seed.json")) as server:
        for name, value in both_crms(server.url).items():
            monkeypatch.setenv(name, value)
        fake = Fake(server.url)
        written = write("update_project", project_id=7, fields={"UserId": "3", "Enum1": "3"})
        undo(written["write_id"])
        assert (found_by(fake, "UserId"), found_by(fake, "Enum1")) == (["2"], ["2"])
        other = write("update_project", project_id=7, fields={"UserId": "1"})
        assert found_by(fake, "UserId") == ["1"]
        undo(other["write_id"])
        assert found_by(fake, "UserId") == ["2"]
        second = write("update_project", project_id=7, fields={"UserId": "1"})
        fake.change("Project/7", UserId=2)
        assert "It had these values already" in messages(undo(second["write_id"]))


def found_by(fake: Fake, name: str) -> list[str]:
    """Return the ids of the choices by which a search finds the project."""
    return [one for one in ("1", "2", "3") if fake.read(f"Project?{name}={one}")["Count"]]


def test_a_write_of_which_nobody_knows_is_looked_at_and_put_back_where_it_was_made(fake: Fake) -> None:
    name = fake.read("Project/6001")["Name"]
    fake.lose("/Api/R3/Project/6001", reads_from=2)

    async def scene(client: Client) -> Any:
        return await call(client, "update_project", records=[{"project_id": 6001, "fields": {"Name": "Renamed"}}])

    written = play(scene, timeout_s=5)
    (item,) = written["items"]
    assert item.get("unknown")
    fake.mend()
    undo(item["write_id"])
    assert fake.read("Project/6001")["Name"] == name


def test_either_kind_of_store_knows_what_can_be_undone(
    fake: Fake, store_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_MCP_STORE", store_location)
    name = fake.read("Project/6001")["Name"]
    first = write("update_project", project_id=6001, fields={"Name": "One"})
    second = write("update_project", project_id=6001, fields={"Name": "Two"})
    assert second["write_id"] in messages(undo(first["write_id"]))
    undone = undo(second["write_id"])
    undo(first["write_id"])
    assert fake.read("Project/6001")["Name"] == name
    assert "undone already" in messages(undo(second["write_id"]))
    undo(undone["write_id"])
    monkeypatch.setenv("CRM_MCP_STORE", "memory")
    assert "There is no write" in play(lambda client: fail(client, "undo_write", write_id=first["write_id"]))


async def undo_once(client: Client, write_id: str) -> Any:
    """Call once; return the result, or what an error says as its next step."""
    result = await client.call_tool("undo_write", {"write_id": write_id})
    return {"next_step": str(result.content)} if result.is_error else result.structured_content


def test_an_undo_that_takes_longer_than_a_call_goes_on_behind_it_and_is_asked_for_by_the_same_id(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [str(6001 + at) for at in range(6)]
    names = [fake.read(f"Project/{one}")["Name"] for one in ids]
    written = write("update_project", project_ids=ids, fields={"Name": "Alike"})
    monkeypatch.setenv("CRM_MCP_CALL_BUDGET_S", "0.5")
    fake.answer_late(*(f"/Api/R3/Project/{one}" for one in ids), delay_s=0.2)

    async def scene(client: Client) -> Any:
        told: list[str] = []
        while "items" not in (said := await undo_once(client, written["write_id"])):
            told.append(said["next_step"])
        assert "Nothing was written yet" in told[0]
        assert any(f"Call undo_write with {written['write_id']} again" in one for one in told)
        return said

    assert [item["ok"] for item in play(scene)["items"]] == [True] * 6
    assert [fake.read(f"Project/{one}")["Name"] for one in ids] == names
