"""What a portal may do otherwise: each switch on, and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.crm.profiles import Profile
from tests.support.in_process import build_seed

if TYPE_CHECKING:
    from tests.mockserver.conftest import StartFake
    from tests.support.in_process import InProcessFake


def start(start_fake: StartFake, name: str, on: bool) -> InProcessFake:
    return start_fake(build_seed({"first_name": "Ann"}), Profile(switches={name: on}))


@pytest.mark.parametrize(("on", "status"), [(True, 400), (False, 200)])
def test_a_large_limit_is_refused_or_cut(start_fake: StartFake, on: bool, status: int):
    fake = start(start_fake, "large-limit-is-refused", on)
    assert fake.search(Limit="100").status_code == 200
    assert fake.search(Limit="101").status_code == status


def test_a_search_answers_a_list_or_an_object(start_fake: StartFake):
    (record,) = start(start_fake, "search-answers-a-list", on=True).search().json()
    assert record["first_name"] == "Ann"
    assert start(start_fake, "search-answers-a-list", on=False).search().json().keys() == {"Records"}


@pytest.mark.parametrize("on", [True, False])
def test_a_refusal_is_200_or_what_it_is(start_fake: StartFake, on: bool):
    fake = start(start_fake, "refusals-are-200", on)
    wrong = [
        fake.search("9"),
        fake.client.put("/API/Records.php", auth=("demo", "demo-password")),
        fake.client.get("/API/Records.php"),
    ]
    assert [answer.status_code for answer in wrong] == ([200, 200, 200] if on else [400, 405, 401])
    assert [answer.json().keys() for answer in wrong] == [{"Error"}] * 3
    assert all(entry["reason"] for entry in fake.read_journal())
