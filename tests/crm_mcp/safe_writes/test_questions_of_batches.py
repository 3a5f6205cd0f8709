"""A question about several records says of each kind of change which records it is about, and of no other."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from tests.crm_mcp.safe_writes.playing import Fake, User, play
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow


def asked_for(fake: Fake, tool: str, records: list[dict[str, Any]], **more: Any) -> list[str]:
    """Return what a user who declines is asked, having checked that nothing was written."""
    user = User()
    user.reply = "decline"

    async def scene(client: Client) -> None:
        if len(records) > 10:
            more["plan_id"] = (await call(client, tool, records=records, dry_run=True, **more))["plan_id"]
            await fail(client, tool, plan_id=more["plan_id"])
        else:
            await fail(client, tool, records=records, **more)

    play(scene, user=user)
    assert fake.writes() == []
    return user.asked


def test_a_record_that_is_only_renamed_is_not_said_to_go_to_the_trash(fake: Fake) -> None:
    records = [{"project_id": 6002, "fields": {"Deleted": 1}}, {"project_id": 6003, "fields": {"Name": "zz"}}]
    assert asked_for(fake, "update_project", records) == [
        (
            'Move 1 MiniCRM project to the trash: "Reception desk" (6002)? '
            'Change 1 MiniCRM project, setting Name to "zz"? It is "Breakfast room benches" (6003).'
        )
    ]


def test_contacts_that_are_changed_are_told_from_those_that_are_created(fake: Fake) -> None:
    there = {"FirstName": "Kata", "Email": "voros.katalin@dunaparti.example"}
    fields = [there, *({"FirstName": f"N{at}", "Email": f"n{at}@k.example"} for at in range(11))]
    records = [{"type": "Person", "fields": one} for one in fields]
    (question,) = asked_for(fake, "create_contact", records, on_existing="update")
    assert 'Change 1 MiniCRM contact, setting FirstName to "Kata"? It is "Katalin Vörös" (5101).' in question
    assert "Create 11 MiniCRM contacts?" in question


def test_contacts_that_are_only_looked_up_ask_nobody(fake: Fake) -> None:
    emails = ["voros.katalin@dunaparti.example"]
    user = User()

    async def scene(client: Client) -> Any:
        records = [{"type": "Person", "fields": {"FirstName": "K", "Email": one}} for one in emails]
        return await call(client, "create_contact", records=records, on_existing="return")

    assert play(scene, user=user)["items"][0]["id"] == "5101"
    assert user.asked == []
    assert fake.writes() == []


def test_a_project_that_is_in_the_trash_already_is_not_asked_about(fake: Fake) -> None:
    fake.change("Project/6002", Deleted=1)
    user = User()
    arguments = {"project_id": 6002, "fields": {"Deleted": 1}}
    assert play(lambda client: call(client, "update_project", **arguments), user=user)["id"] == "6002"
    assert user.asked == []
