"""Writing another program's file: whatever happens, what a person had is still there."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from crm_mcp.errors import HostError
from crm_mcp.hosts import files, install
from tests.crm_mcp.hosts.machines import machine, options


def cursor_file(folder: Path) -> Path:
    path = machine(folder).home / ".cursor" / "mcp.json"
    path.parent.mkdir(parents=True)
    return path


def put(folder: Path) -> None:
    install("cursor", options(folder), machine(folder))


def test_a_link_stays_a_link_and_its_file_is_written_with_the_rights_it_had(tmp_path: Path) -> None:
    path, real = cursor_file(tmp_path), tmp_path / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("{}")
    real.chmod(0o640)
    path.symlink_to(real)
    put(tmp_path)

    assert path.is_symlink()
    assert '"crm"' in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in path.parent.iterdir()] == ["mcp.json"]


def test_a_link_to_a_file_that_is_not_there_yet_makes_that_file(tmp_path: Path) -> None:
    path, real = cursor_file(tmp_path), tmp_path / "dotfiles" / "mcp.json"
    path.symlink_to(real)
    put(tmp_path)

    assert path.is_symlink()
    assert '"crm"' in real.read_text()


def test_a_mark_and_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    path = cursor_file(tmp_path)
    path.write_bytes(b'\xef\xbb\xbf{\r\n\t"a": 1\r\n}\r\n')
    put(tmp_path)
    raw = path.read_bytes()

    assert raw.startswith(b'\xef\xbb\xbf{\r\n\t"a": 1,\r\n')
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('{"a": "é"}'.encode("cp1250"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        (b'{"a": 1', "line 1"),
        (b'{"mcpServers": []}', "line 1"),
        (b"\x00\x01", "line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_and_left(raw: bytes, said: str, tmp_path: Path) -> None:
    path = cursor_file(tmp_path)
    path.write_bytes(raw)

    with pytest.raises(HostError, match=said):
        put(tmp_path)
    assert path.read_bytes() == raw
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_at_that_path_is_refused(tmp_path: Path) -> None:
    path = cursor_file(tmp_path)
    path.mkdir()

    with pytest.raises(HostError, match="not a file"):
        put(tmp_path)


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (machine(tmp_path).home / ".cursor").write_text("x")

    with pytest.raises(HostError, match="cannot be"):
        put(tmp_path)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    path = cursor_file(tmp_path)
    path.symlink_to(path)

    with pytest.raises(HostError, match="cannot be read"):
        put(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no such files")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(cursor_file(tmp_path))

    with pytest.raises(HostError, match="not a file"):
        put(tmp_path)


def test_a_read_only_file_is_not_written(tmp_path: Path) -> None:
    path = cursor_file(tmp_path)
    path.write_text("{}")
    path.chmod(0o400)

    with pytest.raises(HostError, match="read-only"):
        put(tmp_path)
    assert path.read_text() == "{}"


def test_a_file_that_another_program_writes_meanwhile_keeps_what_that_wrote(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text("{}")
    before = files.read(path)
    path.write_text('{"theirs": 1}')

    with pytest.raises(HostError, match="another program"):
        files.write(path, before, '{"ours": 1}')
    assert path.read_text() == '{"theirs": 1}'
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    before = files.read(path)
    path.write_text('{"theirs": 1}')

    with pytest.raises(HostError, match="another program"):
        files.write(path, before, '{"ours": 1}')
    assert path.read_text() == '{"theirs": 1}'


def test_a_disk_that_is_full_leaves_the_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.json"
    path.write_text("{}")
    before = files.read(path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HostError, match="No space left"):
        files.write(path, before, '{"ours": 1}')
    assert path.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [path]


def test_an_older_backup_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    moment = datetime(2026, 11, 27, 12, 0, 0)  # noqa: DTZ001  # the clock of the person
    path.write_text("0")
    backups = [files.write(path, files.read(path), str(number), lambda: moment) for number in (1, 2, 3)]

    assert [backup.read_text() for backup in backups if backup] == ["0", "1", "2"]
    assert [backup.name for backup in backups if backup] == [
        *("f.json.backup-20261127-120000", "f.json.backup-20261127-120000-2", "f.json.backup-20261127-120000-3")
    ]


def test_a_path_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no text"):
        install("cursor", options(tmp_path, command=["/opt/\udcff/crm-mcp"]), machine(tmp_path))
