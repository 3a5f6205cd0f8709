"""The log file: what it holds, where it goes on, and what is said where it cannot be written."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.telemetry.log_file import KEPT, LogFile

CALL: dict[str, Any] = {
    "method": "tools/call",
    "tool": "get_project",
    "request_id": "7",
    "protocol": "2026-07-28",
    "user": "",
    "outcome": "ok",
    "error": "",
    "duration_s": 0.123456,
}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_event_is_one_line_of_json_with_its_time_and_level(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log"
    LogFile(path).tell("request_served", CALL)
    (line,) = lines_of(path)
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "info", "event": "request_served", **CALL, "duration_s": 0.1235}


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log"
    LogFile(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    older = tmp_path / "older"
    older.touch(0o644)
    LogFile(older)
    assert stat.S_IMODE(older.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("info", ["ok", "error", "store_failed"]),
        ("warning", ["error", "store_failed"]),
        ("error", ["store_failed"]),
    ],
)
def test_a_level_leaves_out_what_is_less_grave(level: str, events: list[str], tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log", level=level)
    log.tell("request_served", CALL)
    log.tell("request_served", {**CALL, "outcome": "error", "error": "NotFoundError"})
    log.tell("store_failed", {"error": "StoreError"})
    assert [line.get("outcome", line["event"]) for line in lines_of(tmp_path / "log")] == events


def test_of_requests_over_http_those_that_were_refused_are_told(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    for status in (200, 401):
        log.tell("http_answered", {"method": "POST", "route": "/mcp", "status": status, "user": "", "duration_s": 0.1})
    assert [line["status"] for line in lines_of(tmp_path / "log")] == [401]


@pytest.mark.parametrize("is_removed", [False, True], ids=["renamed", "removed"])
def test_a_file_that_logrotate_took_away_is_begun_anew(is_removed: bool, tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = LogFile(path)
    log.tell("request_served", CALL)
    if is_removed:
        path.unlink()
    else:
        path.rename(tmp_path / "log.1")
    log.tell("request_served", {**CALL, "request_id": "8"})
    assert [line["request_id"] for line in lines_of(path)] == ["8"]


def test_a_full_file_is_put_away_and_the_oldest_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = LogFile(path, most_bytes=1)
    for number in range(KEPT + 3):
        log.tell("request_served", {**CALL, "request_id": str(number)})
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log", *(f"log.{n + 1}" for n in range(KEPT))]
    assert [line["request_id"] for line in lines_of(path)] == [str(KEPT + 2)]
    assert [line["request_id"] for line in lines_of(tmp_path / "log.1")] == [str(KEPT + 1)]


def test_of_two_processes_that_share_a_full_file_one_puts_it_away_and_no_line_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "log"
    logs = [LogFile(path, most_bytes=500) for _ in range(2)]
    for number in range(8):
        logs[number % 2].tell("request_served", {**CALL, "request_id": str(number)})
    written = [line["request_id"] for file in tmp_path.iterdir() for line in lines_of(file)]
    assert sorted(written) == [str(number) for number in range(8)]


def test_a_place_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"CRM_MCP_LOG_FILE: {tmp_path} cannot be written: Is a directory\."):
        LogFile(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be written"):
        LogFile(tmp_path / "file" / "log")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_once_and_stops_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    log = LogFile(Path("/dev/full"))
    for _ in range(3):
        log.tell("request_served", CALL)
    assert capfd.readouterr().err == "crm-mcp: the log file cannot be written: No space left on device\n"


def test_a_pipe_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="cannot be written"):
        LogFile(tmp_path / "pipe")
