"""Nobody but the user can look into the store's files, however loose the machine's habits are."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_mcp.store.engine import Store
from crm_mcp.store.location import FILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights of Unix")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Use a store and return the modes of folder and files while it is open, by their last part."""

    async def look() -> dict[str, int]:
        store = Store(str(folder))
        await store.run(lambda transaction: transaction.execute("delete from secrets"))
        assert not store.problem
        found = modes_in(folder)
        await store.close()
        return found

    return asyncio.run(look())


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@pytest.mark.usefixtures("umask")
def test_folder_and_files_are_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "store"
    found = modes(folder)
    assert found == {"store": 0o700, FILE: 0o600, f"{FILE}-wal": 0o600, f"{FILE}-shm": 0o600}
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_an_empty_folder_of_the_users_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert modes(tmp_path)[tmp_path.name] == 0o700


def test_loose_files_of_an_earlier_time_are_closed_to_others(tmp_path: Path) -> None:
    modes(tmp_path)
    (tmp_path / FILE).chmod(0o666)
    tmp_path.chmod(0o755)
    assert set(modes(tmp_path).values()) == {0o700, 0o600}


@pytest.mark.parametrize(("mode", "says"), [(0o755, "can see"), (0o777, "can change"), (0o1777, "can see")])
def test_a_folder_that_holds_other_things_stays_as_it_is_and_is_told(mode: int, says: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    tmp_path.chmod(mode)
    store = Store(str(tmp_path))
    asyncio.run(store.run(lambda transaction: transaction.execute("select 1")))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert says in store.warning
    assert f"chmod 700 {tmp_path}" in store.warning
    asyncio.run(store.close())
