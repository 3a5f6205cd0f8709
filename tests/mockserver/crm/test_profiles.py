from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mockserver.crm.profiles import EITHER, NEITHER, Deviation, DeviationError, Profile, parse_switches
from mockserver.registry import CRMS, list_deviations
from mockserver.workspaces.workspace import Workspace
from tests.support.in_process import build_seed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mockserver.conftest import StartFake

DEVIATION = Deviation("ids-are-ints", "minicrm", "observed (grade A)", "Text.", "Integers.")
ALWAYS = Deviation("slow", "minicrm", "assumed", "Quick.", "Slow.", EITHER)
NEVER = Deviation("loud", "minicrm", "assumed", "Calm.", "Loud.", NEITHER)
MINICRM = ("10001", "demo-api-key")


def test_a_profile_turns_on_the_deviations_that_say_so():
    found = [
        [profile.observes(each) for each in (DEVIATION, ALWAYS, NEVER)] for profile in (Profile(), Profile("observed"))
    ]
    assert found == [[False, True, False], [True, True, False]]


def test_a_switch_overrules_the_profile():
    profile = Profile("observed", "hu").switch({"ids-are-ints": False, "loud": True})
    assert [profile.observes(each) for each in (DEVIATION, ALWAYS, NEVER)] == [False, True, True]
    assert (profile.name, profile.language) == ("observed", "hu")
    assert profile.switch({"loud": False}).switches == {"ids-are-ints": False, "loud": False}


def test_switches_are_read_as_they_are_written():
    known = [DEVIATION, ALWAYS, NEVER]
    assert parse_switches(["slow", "loud=on", "ids-are-ints=off"], known) == {
        "slow": True,
        "loud": True,
        "ids-are-ints": False,
    }
    assert parse_switches(["slow", "slow=off"], known) == {"slow": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slow=yes", "slow: must be on or off, not 'yes'"),
        ("slow=", "slow: must be on or off"),
        ("ids-are-int", 'Did you mean "ids-are-ints"'),
        ("x", "The deviations are ids-are-ints, loud, slow"),
        ("", "is no deviation"),
    ],
)
def test_a_wrong_switch_is_refused_with_what_there_is(text: str, message: str):
    with pytest.raises(DeviationError, match=message):
        parse_switches([text], [DEVIATION, ALWAYS, NEVER])


def test_what_a_crm_declares_is_what_its_fake_lists():
    workspace = Workspace({})
    try:
        for entry in CRMS:
            assert entry.deviations == tuple(workspace.crms[entry.name].list_deviations())
            assert {deviation.crm for deviation in entry.deviations} == {entry.name}
    finally:
        workspace.close()
    names = [deviation.name for deviation in list_deviations()]
    assert len(set(names)) == len(names)


def count_contacts(start_fake: StartFake, seed: dict[str, object], profile: Profile | None = None) -> object:
    response = start_fake(seed, profile).client.get("/Api/R3/Contact", auth=MINICRM)
    return response.json()["Count"]


def test_a_seed_turns_switches_on_and_off(start_fake: StartFake):
    assert count_contacts(start_fake, {}) == 0
    assert count_contacts(start_fake, {"deviations": {"count-is-text": True}}) == "0"
    on = Profile(switches={"count-is-text": True})
    assert count_contacts(start_fake, {}, on) == "0"
    assert count_contacts(start_fake, {"deviations": {"count-is-text": False}}, on) == 0


def test_switches_go_with_the_seed(start_fake: StartFake):
    fake = start_fake()
    for deviations, is_on in (({"count-is-text": True}, True), ({}, False)):
        assert fake.client.put("/_control/seed", json={"deviations": deviations}).status_code == 200
        listed = fake.client.get("/_control/health").json()["deviations"]
        assert {each["on"] for each in listed if each["name"] == "count-is-text"} == {is_on}
        assert isinstance(fake.client.get("/Api/R3/Contact", auth=MINICRM).json()["Count"], str if is_on else int)
    fake.client.put("/_control/seed", json={"deviations": {"count-is-text": True}})
    fake.client.post("/_control/reset")
    assert fake.client.get("/Api/R3/Contact", auth=MINICRM).json()["Count"] == 0


def test_switches_of_a_seed_are_kept_over_a_restart(start_fake: StartFake, tmp_path: Path):
    path = str(tmp_path / "state.db")
    start_fake({"deviations": {"count-is-text": True}}, database_path=path).close()
    again = start_fake({}, database_path=path)
    assert again.client.get("/Api/R3/Contact", auth=MINICRM).json()["Count"] == "0"


@pytest.mark.parametrize(
    ("deviations", "message"),
    [
        ({"count-as-text": True}, 'deviations: .*Did you mean "count-is-text"'),
        ({"count-is-text": "on"}, "deviations.count-is-text: must be true or false"),
        ([], "deviations: must be an object"),
    ],
)
def test_a_seed_with_a_wrong_switch_changes_nothing(start_fake: StartFake, deviations: object, message: str):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    response = fake.client.put("/_control/seed", json={"deviations": deviations})
    assert response.status_code == 400
    assert re.search(message, response.json()["error"])
    assert len(fake.search().json()["Records"]) == 1
