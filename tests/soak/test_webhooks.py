"""Webhooks from the fake to the real server by a receiver that fails, in small."""

from __future__ import annotations

import pytest

from tests.soak.webhooks import play

pytestmark = pytest.mark.slow


def test_the_replica_is_as_the_account_is_though_a_third_of_the_webhooks_fail() -> None:
    run, differences = play(changes=60, records=60, seed=4)
    assert run.problems == []
    assert differences == []
    assert run.figures["failed: before"]
    assert run.figures["failed: after"]
    assert run.figures["failed: closed"]
    assert run.figures["delivered"] + run.figures["given_up"] == 60
