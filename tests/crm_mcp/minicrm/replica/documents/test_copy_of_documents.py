"""The copy of documents is as the account is: pages of any number, changes while they are read, ids that are alike."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request
from crm_mcp.errors import UnreachableError
from crm_mcp.minicrm.replica.documents.keys import key_of, split_key
from crm_mcp.minicrm.wire.documents.models import KINDS
from crm_mcp.replica.source import Need
from mockserver.http.asgi import HttpRequest
from mockserver.seeds.load import read_seed
from tests.support.copied_account import list_document_differences
from tests.support.database_of_the_fake import read_database
from tests.support.replica_play import ReplicaPlay, replica_play

DEMO = read_seed("demo")
Json = dict[str, Any]


def invoice(number: int, **fields: object) -> Json:
    """Return an invoice of a seed; those of higher numbers changed later."""
    at = f"2026-11-{1 + number // 60 % 28:02} {number // 3600:02}:{number % 60:02}:00"
    return {
        "Id": number,
        "Type": "Invoice",
        "ProjectId": 6049,
        "Number": f"T/{number}",
        "Issued": "2026-10-01",
        "Performance": "2026-10-01",
        "Prompt": "2026-10-16",
        "CurrencyCode": "HUF",
        "Items": [{"Name": "Work", "PriceNet": number, "Quantity": 1, "Unit": "hour", "VAT": "27%"}],
        "CreatedAt": at,
        "UpdatedAt": at,
        **fields,
    }


def account(*documents: Json) -> Mapping[str, object]:
    return {**DEMO, "minicrm": {**cast("Json", DEMO["minicrm"]), "documents": [*documents]}}


async def refresh(play: ReplicaPlay) -> None:
    for kind in KINDS:
        await play.source.documents.lists[kind].refresh([kind], Need({}, play.now_s))


async def differences(play: ReplicaPlay, *, details: bool = False) -> list[str]:
    original = read_database(play.app.workspace.dump_snapshot())
    return await list_document_differences(play.source, original, details=details)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_document_is_held_once_whatever_number_of_pages(count: int) -> None:
    async def judge(play: ReplicaPlay) -> None:
        await refresh(play)
        assert await differences(play) == []
        assert await play.rows("select count(*) from minicrm_documents") == [(count,)]
        passes = await play.source.documents.lists["invoice"].passes()
        assert passes["invoice"].is_complete

    with replica_play(account(*(invoice(number) for number in range(1, count + 1)))) as play:
        asyncio.run(judge(play))


def test_a_fill_reads_every_document_with_its_items_and_the_next_one_none_of_them_again() -> None:
    async def judge(play: ReplicaPlay) -> None:
        await play.source.fill()
        assert await differences(play, details=True) == []
        play.asked()
        play.wait(3_000)
        await play.source.fill()
        assert [one for one in play.asked() if one.startswith("/Api/") and "/List" not in one] == []

    with replica_play(DEMO) as play:
        asyncio.run(judge(play))


def test_a_reading_that_broke_off_is_gone_on_with() -> None:
    def fail(number: int, request: Request) -> None:
        if number == 3 and request.path.endswith("/Invoice/List"):
            raise UnreachableError("MiniCRM cannot be reached.")

    async def judge(play: ReplicaPlay) -> None:
        play.sender.fail = fail
        with pytest.raises(UnreachableError):
            await refresh(play)
        play.begin_again()
        await refresh(play)
        assert await differences(play) == []

    with replica_play(account(*(invoice(number) for number in range(1, 251)))) as play:
        asyncio.run(judge(play))


LOGIN = {b"authorization": b"Basic " + base64.b64encode(b"10001:demo-api-key"), b"host": b"127.0.0.1"}


@settings(max_examples=12, deadline=None)
@given(
    count=st.sampled_from([101, 150, 201, 250]),
    changes=st.dictionaries(st.integers(2, 6), st.integers(1, 101), max_size=3),
)
def test_what_is_paid_while_pages_are_read_is_held_too(count: int, changes: dict[int, int]) -> None:
    """`changes`: before which request which invoice is paid, which moves it to the front of the list."""

    async def judge(play: ReplicaPlay) -> None:
        def pay(number: int, _: Request) -> None:
            play.wait(1)
            if number in changes:
                path = f"/Api/Invoice/{changes[number]}/Paid"
                play.app.respond(HttpRequest("POST", path, [], LOGIN, b"", "", "http"))

        play.sender.fail = pay
        await refresh(play)
        play.sender.fail = lambda _number, _request: None
        play.wait(100)
        await refresh(play)
        assert await differences(play) == []

    with replica_play(account(*(invoice(number) for number in range(1, count + 1)))) as play:
        asyncio.run(judge(play))


@settings(max_examples=15, deadline=None)
@given(kinds=st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=3, unique=True), number=st.integers(0, 10**17))
def test_documents_of_one_id_have_keys_of_their_own(kinds: list[Any], number: int) -> None:
    keys = [key_of(kind, number) for kind in kinds]
    assert len(set(keys)) == len(kinds)
    assert [split_key(key) for key in keys] == [(kind, number) for kind in kinds]


def test_what_the_plan_refuses_is_not_asked_for_again_for_an_hour_by_any_process(tmp_path: Path) -> None:
    async def judge(play: ReplicaPlay) -> None:
        await refresh(play)
        assert len(play.asked()) == len(KINDS)
        play.wait(3_500)
        play.begin_again()
        await refresh(play)
        assert play.asked() == []
        play.wait(200)
        await refresh(play)
        assert len(play.asked()) == len(KINDS)

    with replica_play({**DEMO, "deviations": {"documents-not-in-plan": True}}, folder=tmp_path) as play:
        asyncio.run(judge(play))
