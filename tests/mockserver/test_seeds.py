from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.exchange import SeedError
from mockserver.profiles import Profile
from mockserver.seeds import SEED_NAMES, read_seed
from mockserver.workspace import Workspace


@pytest.mark.parametrize("name", SEED_NAMES)
@pytest.mark.parametrize("profile", [Profile("documented", "en"), Profile("observed", "hu")])
def test_every_built_in_seed_loads_under_every_profile(name: str, profile: Profile):
    workspace = Workspace(read_seed(name), profile)
    try:
        counts = workspace.count_rows()["ivinex"]
        assert workspace.crms["ivinex"].knows_login("demo", "demo-password")
        assert workspace.crms["minicrm"].knows_login("10001", "demo-api-key")
    finally:
        workspace.close()

    assert {"contact", "note"} <= counts.keys()
    assert (sum(counts.values()) == 0) == (name == "empty")


def test_a_built_in_seed_is_the_union_of_its_files():
    assert set(read_seed("demo")) <= {"ivinex", "minicrm"}


def test_a_seed_is_read_from_a_file(tmp_path: Path):
    path = tmp_path / "seed.json"
    path.write_text('{"clock": "2026-01-01T00:00:00"}')

    assert read_seed(str(path)) == {"clock": "2026-01-01T00:00:00"}


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON: .* line 1"), ("[]", "must be a JSON object .* it is a list"), ("", "not JSON")],
)
def test_a_file_that_is_no_seed_is_refused_with_its_name(tmp_path: Path, text: str, message: str):
    path = tmp_path / "seed.json"
    path.write_text(text)

    with pytest.raises(SeedError, match=f"seed.json.*{message}"):
        read_seed(str(path))


def test_a_seed_that_is_neither_known_nor_a_file_is_refused_with_the_known_ones():
    with pytest.raises(SeedError, match=r"'demonstration'.*demo, documented, empty"):
        read_seed("demonstration")
