from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from mockserver.crm.api import SeedError
from mockserver.crm.database import DatabaseError
from mockserver.workspaces.workspace import Workspace
from tests.support.in_process import build_seed

OpenWorkspace = Callable[..., Workspace]


@pytest.fixture
def open_workspace() -> Generator[OpenWorkspace]:
    opened: list[Workspace] = []

    def open_one(seed: dict[str, object] | None = None, *, database_path: str = "") -> Workspace:
        workspace = Workspace(build_seed() if seed is None else seed, database_path=database_path)
        opened.append(workspace)
        return workspace

    yield open_one
    for workspace in opened:
        workspace.close()


def test_a_seed_without_a_crm_is_an_empty_account_with_the_default_login(open_workspace: OpenWorkspace):
    workspace = open_workspace({})

    assert sum(workspace.count_rows()["minicrm"].values()) == 0
    assert workspace.count_rows()["ivinex"] == {}
    assert workspace.crms["ivinex"].knows_login("demo", "demo-password")
    assert workspace.crms["minicrm"].knows_login("10001", "demo-api-key")


def test_reset_goes_back_to_the_seed_of_the_start_and_not_to_one_loaded_later(open_workspace: OpenWorkspace):
    workspace = open_workspace(build_seed({"first_name": "Ann"}))
    workspace.load(build_seed({"first_name": "Bob"}, {"first_name": "Cid"}))
    assert workspace.count_rows()["ivinex"]["contact"] == 2

    workspace.reset()

    assert workspace.count_rows()["ivinex"]["contact"] == 1


def test_loading_a_seed_sets_the_clock_or_frees_it(open_workspace: OpenWorkspace):
    workspace = open_workspace({"clock": "2026-01-02T03:04:05"})
    assert (workspace.clock.now().isoformat(), workspace.clock.is_frozen) == ("2026-01-02T03:04:05", True)

    workspace.load({})

    assert not workspace.clock.is_frozen


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ({"ivinx": {}}, 'ivinx: no such key.*Did you mean "ivinex"'),
        ({"ivinex": []}, "ivinex: must be an object, not a list"),
        ({"clock": "yesterday"}, 'clock: must be an ISO date-time.*"yesterday"'),
        ({"clock": 5}, "clock: must be an ISO date-time.*the number 5"),
        ({"clock": {}}, "clock: must be an ISO date-time.*an object"),
        ({"ivinex": {"modules": {}}, "minicrm": {"modules": []}}, "minicrm.modules"),
        ({"ivinex": {"modules": {"x": {}}}}, "ivinex.modules.x"),
    ],
)
def test_a_bad_seed_changes_nothing_in_either_crm_nor_in_the_clock(
    open_workspace: OpenWorkspace, seed: dict[str, object], message: str
):
    workspace = open_workspace(build_seed({"first_name": "Ann"}))
    before = workspace.dump_snapshot()

    with pytest.raises(SeedError, match=message):
        workspace.load(seed)

    assert workspace.dump_snapshot() == before
    assert workspace.count_rows()["ivinex"]["contact"] == 1
    assert workspace.clock.now().isoformat() == "2026-01-02T03:04:05"


def test_a_file_that_holds_data_wins_over_the_seed(open_workspace: OpenWorkspace, tmp_path: Path):
    path = str(tmp_path / "fake.db")
    first = open_workspace(build_seed({"first_name": "Ann"}), database_path=path)
    first.load(build_seed({"first_name": "Bob"}, {"first_name": "Cid"}))
    first.close()

    again = open_workspace(build_seed(), database_path=path)

    assert again.count_rows()["ivinex"]["contact"] == 2


def test_a_file_that_holds_an_emptied_account_still_wins_over_the_seed(open_workspace: OpenWorkspace, tmp_path: Path):
    path = str(tmp_path / "fake.db")
    open_workspace({}, database_path=path).close()

    again = open_workspace(build_seed({"first_name": "Ann"}), database_path=path)

    assert again.count_rows()["ivinex"] == {}


def test_a_bad_seed_at_the_start_leaves_a_new_file_empty(open_workspace: OpenWorkspace, tmp_path: Path):
    path = str(tmp_path / "fake.db")
    with pytest.raises(SeedError):
        open_workspace({"nonsense": 1}, database_path=path)

    again = open_workspace(build_seed({"first_name": "Ann"}), database_path=path)

    assert again.count_rows()["ivinex"]["contact"] == 1


def test_a_snapshot_brings_back_data_modules_and_clock(open_workspace: OpenWorkspace):
    workspace = open_workspace(build_seed({"first_name": "Ann"}))
    snapshot = workspace.dump_snapshot()
    workspace.load({})

    workspace.restore_snapshot(snapshot)

    assert workspace.count_rows()["ivinex"] == {"contact": 1, "note": 0}
    assert workspace.clock.now().isoformat() == "2026-01-02T03:04:05"


def test_a_snapshot_can_be_restored_in_another_workspace(open_workspace: OpenWorkspace):
    snapshot = open_workspace(build_seed({"first_name": "Ann"})).dump_snapshot()
    other = open_workspace({})

    other.restore_snapshot(snapshot)

    assert other.count_rows()["ivinex"] == {"contact": 1, "note": 0}


def test_a_body_that_is_no_snapshot_changes_nothing(open_workspace: OpenWorkspace):
    workspace = open_workspace(build_seed({"first_name": "Ann"}))

    with pytest.raises(DatabaseError):
        workspace.restore_snapshot(b"nonsense")

    assert workspace.count_rows()["ivinex"]["contact"] == 1
