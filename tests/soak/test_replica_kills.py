"""The kills of what copies an account, in small."""

from __future__ import annotations

import asyncio

import pytest

from tests.soak.replica_kills import play

pytestmark = pytest.mark.slow


def test_a_copy_is_as_the_account_is_after_kills_of_servers_and_syncs() -> None:
    run, differences = asyncio.run(play(seconds=6, records=60, seed=3))
    assert run.figures["kills"]
    assert run.figures["edits"]
    assert run.problems == []
    assert differences == []
