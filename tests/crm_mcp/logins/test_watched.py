"""The file of logins is read again when it changes, however that is done, and never half."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm_mcp.logins.watched import WatchedLogins
from crm_mcp.transport.connections import ConnectionPool
from tests.support.logins_file import write_text


def entries(*subjects: str, api_key: str = "k") -> str:
    return "\n".join(f'["{one}".minicrm]\nsystem_id = "1"\napi_key = "{api_key}"' for one in subjects)


class Watch:
    """A watched file with a clock of its own; each look is two seconds after the one before."""

    def __init__(self, path: Path) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.watched = WatchedLogins(path, ConnectionPool(), clock=lambda: self.now, say=self.said.append)

    def subjects(self, *, later_s: float = 2.0) -> list[str]:
        self.now += later_s
        asyncio.run(self.watched.look())
        return list(self.watched.all())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "logins.toml"
    write_text(path, entries("anna"))
    return path


def test_a_file_that_was_renamed_into_place_is_read(path: Path) -> None:
    watch = Watch(path)
    write_text(path, entries("anna", "bela"))
    assert watch.subjects() == ["anna", "bela"]


def test_a_file_that_was_written_in_place_is_read(path: Path) -> None:
    watch = Watch(path)
    path.write_text(entries("bela"))
    assert watch.subjects() == ["bela"]


def test_a_link_that_leads_elsewhere_is_followed(tmp_path: Path) -> None:
    # As Kubernetes mounts a secret: file -> ..data/file, and ..data is swapped.
    for version, subject in (("v1", "anna"), ("v2", "bela")):
        (tmp_path / version).mkdir()
        write_text(tmp_path / version / "logins", entries(subject))
    data, path = tmp_path / "..data", tmp_path / "logins"
    data.symlink_to("v1")
    path.symlink_to("..data/logins")
    watch = Watch(path)
    fresh = tmp_path / "fresh"
    fresh.symlink_to("v2")
    fresh.rename(data)
    assert watch.subjects() == ["bela"]


def test_the_file_is_not_looked_at_more_than_once_a_second(path: Path) -> None:
    watch = Watch(path)
    write_text(path, entries("anna", "bela"))
    assert watch.subjects(later_s=0.5) == ["anna"]
    assert watch.subjects(later_s=0.6) == ["anna", "bela"]


@pytest.mark.parametrize("text", ['["bela".minicrm]\nsystem_id = "s3cret\n', '["bela".minicrm]\nurl = "s3cret"\n', ""])
def test_a_change_that_cannot_be_read_keeps_what_was_read_and_is_told_once(path: Path, text: str) -> None:
    watch = Watch(path)
    write_text(path, text)
    assert [watch.subjects() for _ in range(3)] == [["anna"]] * 3
    assert len(watch.said) == 1
    assert str(path) in watch.said[0]
    assert "stay as they are" in watch.said[0]
    assert "s3cret" not in watch.said[0]
    write_text(path, entries("bela"))
    assert watch.subjects() == ["bela"]
    assert len(watch.said) == 1


def test_a_file_that_is_gone_or_open_to_others_keeps_what_was_read_and_is_told(path: Path) -> None:
    watch = Watch(path)
    path.chmod(0o644)
    assert watch.subjects() == ["anna"]
    path.unlink()
    assert watch.subjects() == ["anna"]
    assert ["others of this machine" in watch.said[0], "cannot be read" in watch.said[1]] == [True, True]


def test_an_entry_that_only_moved_is_the_same_login(path: Path) -> None:
    watch = Watch(path)
    before = watch.watched.find("anna")
    write_text(path, entries("zoli", "anna"))
    watch.subjects()
    after = watch.watched.find("anna")
    assert before is not None
    assert after is not None
    assert before.says_the_same(after)
    write_text(path, entries("anna", api_key="another"))
    watch.subjects()
    other = watch.watched.find("anna")
    assert other is not None
    assert not other.says_the_same(before)
