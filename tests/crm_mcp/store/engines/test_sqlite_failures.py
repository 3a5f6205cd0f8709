"""A file that cannot be used is left as it is; the server says what to do, and goes on in memory."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from crm_mcp.errors import StoreError
from crm_mcp.store.engine import Store, Transaction
from crm_mcp.store.location import FILE
from crm_mcp.store.schema import MIGRATIONS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights and mounts of Unix")
NOBODY = 65534


def remember(transaction: Transaction, name: str = "a", size: int = 1) -> None:
    transaction.execute("insert into secrets (name, value) values (?, ?)", (name, "x" * size))


def names(transaction: Transaction) -> list[str]:
    return [str(name) for (name,) in transaction.execute("select name from secrets order by name")]


async def use(folder: Path) -> tuple[str, list[str]]:
    """Write into a store and read back; return its problem and what it holds."""
    store = Store(str(folder))
    try:
        await store.run(remember)
        return store.problem, await store.run(names)
    finally:
        await store.close()


def make_store(folder: Path) -> Path:
    """Make a store with a row in it; return its file."""
    problem, _ = asyncio.run(use(folder))
    assert not problem
    return folder / FILE


def spoil_header(file: Path) -> None:
    file.write_bytes(b"no database" + file.read_bytes()[11:])


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 5 * 4096 + 100])


def spoil_the_middle(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 6] = b"\x55" * (4096 * 3)
    file.write_bytes(bytes(data))


def age_from_the_future(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("insert into migrations (version) values (?)", (len(MIGRATIONS) + 1,))


def replace_by_anothers(file: Path) -> None:
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("create table songs (title text)")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_header, "damaged"),
        (truncate, "damaged"),
        (spoil_the_middle, "damaged"),
        (age_from_the_future, "newer crm-mcp"),
        (replace_by_anothers, "another program's"),
    ],
)
def test_a_file_that_cannot_be_used_is_left_as_it_is_and_the_server_goes_on_in_memory(
    spoil: Callable[[Path], None], says: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = make_store(tmp_path / "store")
    spoil(file)
    before = file.read_bytes()
    problem, held = asyncio.run(use(file.parent))
    assert says in problem
    assert "remembers nothing beyond this process" in problem
    assert held == ["a"]
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [FILE]
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.message for record in warnings] == [problem]


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_where_the_folder_should_be_is_told(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    problem, held = asyncio.run(use(tmp_path / "file" / below))
    assert "is no folder" in problem
    assert "CRM_MCP_STORE" in problem
    assert held == ["a"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


@contextlib.contextmanager
def without_rights() -> Generator[Path]:
    """Give a folder that this process can read and not write; root becomes nobody for it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        if was_root := os.geteuid() == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if was_root:
                os.seteuid(0)
            folder.chmod(0o700)


@pytest.mark.parametrize("below", [".", "new"])
def test_a_folder_that_cannot_be_written_is_told(below: str) -> None:
    with without_rights() as folder:
        problem, held = asyncio.run(use(folder / below))
    assert "cannot be written" in problem
    assert "CRM_MCP_STORE" in problem
    assert held == ["a"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another user's")
def test_a_file_of_another_user_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        file = make_store(Path(name))
        os.chown(name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            problem, _ = asyncio.run(use(file.parent))
        finally:
            os.seteuid(0)
        assert "cannot be written" in problem


@pytest.mark.slow
def test_a_file_that_another_process_keeps_locked_is_told_at_the_start_and_later(tmp_path: Path) -> None:
    async def play() -> tuple[BaseException, tuple[str, list[str]]]:
        open_before = Store(str(tmp_path))
        await open_before.run(remember)
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("begin immediate")
            starting = asyncio.ensure_future(use(tmp_path))
            with pytest.raises(StoreError) as caught:
                await open_before.run(lambda transaction: remember(transaction, "b"))
            result = await starting
            other.execute("rollback")
        await open_before.run(lambda transaction: remember(transaction, "c"))
        assert await open_before.run(names) == ["a", "c"]
        await open_before.close()
        return caught.value, result

    later, (problem, held) = asyncio.run(play())
    assert "locked for 5 s" in str(later)
    assert "locked for 5 s" in problem
    assert held == ["a"]


@contextlib.contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """Give a disk of 1 MB."""
    folder.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    async def play(folder: Path) -> None:
        store = Store(str(folder))
        await store.run(remember)
        filler = folder / "filler"
        with contextlib.suppress(OSError):
            filler.write_bytes(b"x" * (1 << 20))
        with pytest.raises(StoreError, match="disk is full"):
            await store.run(lambda transaction: remember(transaction, "b", 200_000))
        assert await store.run(names) == ["a"]
        filler.unlink()
        await store.run(lambda transaction: remember(transaction, "c", 100_000))
        assert await store.run(names) == ["a", "c"]
        await store.close()

    with small_disk(tmp_path / "disk") as folder:
        asyncio.run(play(folder))


def test_a_disk_that_is_full_at_the_start_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as folder:
        with contextlib.suppress(OSError):
            (folder / "filler").write_bytes(b"x" * (1 << 20))
        problem, held = asyncio.run(use(folder / "store"))
    assert "disk is full" in problem or "No space left" in problem
    assert held == ["a"]


def test_a_failing_disk_is_told(tmp_path: Path) -> None:
    async def play() -> None:
        store = Store(str(tmp_path))
        await store.run(remember)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))  # beyond it writing is an error
        try:
            with pytest.raises(StoreError, match="disk reports an error"):
                await store.run(lambda transaction: remember(transaction, "b", 1_000_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert await store.run(names) == ["a"]
        await store.close()

    asyncio.run(play())


@pytest.mark.parametrize("makes_anew", [False, True])
def test_where_the_folder_is_deleted_under_a_running_server_what_it_writes_next_is_seen_by_others(
    makes_anew: bool, tmp_path: Path
) -> None:
    async def play() -> tuple[str, list[str]]:
        running, other = Store(str(tmp_path / "store")), Store(str(tmp_path / "store"))
        try:
            await running.run(lambda transaction: remember(transaction, "before"))
            shutil.rmtree(tmp_path / "store")
            if makes_anew:
                await other.run(lambda transaction: remember(transaction, "of another"))
            await running.run(lambda transaction: remember(transaction, "after"))
            return running.problem, await other.run(names)
        finally:
            await running.close()
            await other.close()

    assert asyncio.run(play()) == ("", ["after", "of another"] if makes_anew else ["after"])
