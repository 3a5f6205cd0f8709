"""`crm-mcp setup` as a process: at a terminal with its keyboard, by a file of answers, and without either."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from mockserver.fake_process import FakeServer
from mockserver.seeds.load import read_seed
from tests.support.transports import quiet_environment

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "crm_mcp", "setup"]
PATIENCE_S = 120


@pytest.fixture(scope="module")
def url(fake_server: FakeServer) -> str:
    httpx.put(f"{fake_server.url}/_control/seed", json=read_seed("demo"), trust_env=False).raise_for_status()
    return fake_server.url


@pytest.fixture
def home(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a user who has nothing yet but Cursor."""
    (tmp_path / ".cursor").mkdir()
    own = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    return {
        **quiet_environment({}),
        **own,
        "CRM_MCP_SETTINGS": str(tmp_path / "crm" / "settings.toml"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TERM": "xterm-256color",
        "COLUMNS": "80",
        "LINES": "50",
    }


def answers(url: str) -> str:
    account = {"url": url, "system_id": 10001, "api_key": "demo-api-key", "labels": {"Int1201": "Budget (HUF)"}}
    return json.dumps({"crm": "minicrm", "minicrm": account, "account": "acme", "secrets": "file", "hosts": ["cursor"]})


def run(home: Mapping[str, str], *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=dict(home), input=given, capture_output=True, encoding="utf-8", timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def test_answers_from_a_file_set_up_an_account_and_a_host(url: str, home: Mapping[str, str]) -> None:
    ended = run(home, "--answers", "-", given=answers(url))
    assert ended.returncode == 0, ended.stderr
    assert "demo-api-key" not in ended.stdout + ended.stderr
    assert 'labels = {Int1201 = "Budget (HUF)"}' in Path(home["CRM_MCP_SETTINGS"]).read_text(encoding="utf-8")
    assert "CRM_MCP_SETTINGS" in (Path(home["HOME"]) / ".cursor" / "mcp.json").read_text(encoding="utf-8")


def test_without_a_terminal_it_says_what_to_do(home: Mapping[str, str]) -> None:
    ended = run(home, "--language", "hu")
    assert ended.returncode == 2
    assert "itt nincs terminál" in ended.stderr
    assert "--answers" in ended.stderr
    assert "Traceback" not in ended.stderr


class Screen:
    """A terminal of 80 columns, at which setup runs."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self._master = master
        self.seen = ""
        self._read_to = 0

    def wait_for(self, text: str) -> None:
        """Wait until a text stands there that did not before."""
        until = time.monotonic() + PATIENCE_S
        while text not in self.seen[self._read_to :]:
            assert time.monotonic() < until, f"{text!r} never came; there is {self.seen[-2000:]}"
            if select.select([self._master], [], [], 0.5)[0]:
                self._take(os.read(self._master, 65536))
        self._read_to = self.seen.index(text, self._read_to) + len(text)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def _take(self, raw: bytes) -> None:
        if b"\x1b[6n" in raw:
            self.press("\x1b[1;1R")  # a terminal says where the cursor is
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", raw.decode("utf-8", errors="replace"))


@contextmanager
def at_a_terminal(home: Mapping[str, str], *arguments: str) -> Generator[Screen]:
    import pty  # Windows has neither
    import termios

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, 80))
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=dict(home), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    try:
        yield Screen(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_a_person_sets_up_an_account_by_the_keyboard_in_hungarian(url: str, home: Mapping[str, str]) -> None:
    with at_a_terminal(home) as screen:
        screen.wait_for("Language / Nyelv")
        screen.press("\x1b[B\r")
        screen.wait_for("Melyik CRM-et használja?")
        screen.press("\x1b[B\r")
        screen.wait_for("A MiniCRM címe")
        screen.press(f"\x15{url}\r")
        screen.wait_for("Rendszerazonosító")
        screen.press("10001\r")
        screen.wait_for("? API-kulcs")
        screen.press("demo-api-key\r")
        screen.wait_for("A belépés sikerült: 7 modul van")
        screen.wait_for("Melyik a saját felhasználója?")
        screen.press("\x1b[B\r")
        screen.wait_for("Elnevezi most a mezőit?")
        screen.press("\r")
        screen.wait_for("Mi legyen a fiók neve?")
        screen.press("\x15tolgyfa\r")
        screen.wait_for("Ezen a gépen nincs működő kulcstár")
        screen.wait_for("Hol legyen a jelszó vagy kulcs?")
        screen.press("\r")
        screen.wait_for("Mit tehet az asszisztens")
        screen.press("\x1b[B\r")
        screen.wait_for("Maradjon a gépen másolat")
        screen.press("\r")
        screen.wait_for("Mehet?")
        screen.press("\r")
        screen.wait_for("Melyik érje el a CRM-et?")
        screen.press("\r")
        screen.wait_for("Kérdezze meg tőle")
        assert screen.process.wait(PATIENCE_S) == 0
    assert "demo-api-key" not in screen.seen
    written = Path(home["CRM_MCP_SETTINGS"]).read_text(encoding="utf-8")
    assert "[accounts.tolgyfa.minicrm]" in written
    assert "read_only = true" in written
    assert 'user = "' in written


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_ctrl_c_leaves_everything_as_it_was_and_says_so(home: Mapping[str, str]) -> None:
    with at_a_terminal(home, "--language", "en") as screen:
        screen.press("typed-ahead")
        screen.wait_for("Which CRM do you use?")
        screen.press("\x03")
        screen.wait_for("Stopped: everything is as it was.")
        assert screen.process.wait(PATIENCE_S) == 130
    assert not Path(home["CRM_MCP_SETTINGS"]).exists()
