"""The fake, as a process behind a socket, answers every fixture's request as the fixture says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.http_play import answer_differences, new_http_client, play
from tests.contract.interactions import Interaction, load_interactions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.fake_process import FakeServer


@pytest.fixture(scope="module")
def http(fake_server: FakeServer) -> Iterator[httpx.Client]:
    with new_http_client(fake_server.url) as client:
        yield client


@pytest.mark.parametrize("interaction", load_interactions(), ids=lambda one: one.id)
def test_the_fake_seeded_with_given_answers_as_the_fixture_says(http: httpx.Client, interaction: Interaction):
    seeded = http.put("/_control/seed", json=interaction.given)
    assert seeded.is_success, seeded.text
    assert answer_differences(interaction, play(http, interaction)) == []
