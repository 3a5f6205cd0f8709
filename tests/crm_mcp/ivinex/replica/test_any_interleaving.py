"""Whatever is written while a copy is brought up to date, the next time it is what the account holds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request
from crm_mcp.errors import UnexpectedAnswerError
from tests.support.in_process import build_seed
from tests.support.ivinex_replica_play import IvinexPlay, ivinex_play

CONTACTS = "ivinex_contact"
Changes = Sequence[tuple[int, tuple[str, int]]]
"""What is done before which request."""
SEED = build_seed(*({"first_name": f"n{n}", "modified_date": "2026-01-01 00:00:00"} for n in range(1, 251)))

CHANGES = st.tuples(st.sampled_from(("change", "purge", "create")), st.integers(1, 250))


def carry_out(play: IvinexPlay, what: str, record: int, number: int) -> None:
    if what == "create":
        play.write({"CollectionTypeID": 1001, "first_name": f"new{number}"})
    elif str(record) in play.true_rows("contact", ()):
        if what == "purge":
            play.edit({"kind": "1001", "id": str(record), "purge": True})
        else:
            play.write({"CollectionTypeID": 1001, "CollectionID": record, "first_name": f"changed{number}"})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(1, 6), CHANGES), max_size=3), min_size=1, max_size=4))
def test_a_copy_is_the_account_again_once_nothing_moves(
    rounds: Sequence[Changes],
) -> None:
    with ivinex_play(SEED, {"contact": "1001"}) as play:

        async def run() -> None:
            for changes in rounds:
                play.asked()

                def meanwhile(number: int, _: Request, changes: Changes = changes) -> None:
                    for at, (what, record) in changes:
                        if at == number:
                            carry_out(play, what, record, number)

                play.sender.fail = meanwhile
                with contextlib.suppress(UnexpectedAnswerError):  # records moved each time
                    await play.refresh(CONTACTS)
                play.sender.fail = lambda _number, _request: None
                play.wait(61)
            await play.refresh(CONTACTS)
            await play.check(CONTACTS, "contact")

        asyncio.run(run())
