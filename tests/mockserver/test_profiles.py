from __future__ import annotations

from mockserver.profiles import Deviation, Profile
from mockserver.registry import CRMS
from mockserver.workspace import Workspace

DEVIATION = Deviation("ids-are-ints", "minicrm", "observed (grade A)", "Text.", "Integers.")


def test_the_documented_profile_observes_nothing():
    assert not Profile().observes(DEVIATION)


def test_the_observed_profile_observes_every_deviation():
    assert Profile("observed", "hu").observes(DEVIATION)


def test_every_deviation_names_its_crm_and_is_the_only_one_of_its_name():
    workspace = Workspace({})
    try:
        declared = [
            (entry.name, deviation) for entry in CRMS for deviation in workspace.crms[entry.name].list_deviations()
        ]
    finally:
        workspace.close()

    assert declared
    assert all(name == deviation.crm for name, deviation in declared)
    assert len({(name, deviation.name) for name, deviation in declared}) == len(declared)
