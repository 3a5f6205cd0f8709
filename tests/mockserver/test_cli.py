"""The command as its user runs it: a process of its own and a real socket."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver.cli import main

pytestmark = pytest.mark.slow

LISTENING = re.compile(r"listening on (http://(\S+):(\d+))\n")
LOGIN = "Basic ZGVtbzpkZW1vLXBhc3N3b3Jk"


def build_command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "mockserver", *arguments]


def run_to_its_end(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(build_command(*arguments), capture_output=True, text=True, timeout=120, check=False)


@contextlib.contextmanager
def running(*arguments: str, env: dict[str, str] | None = None) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start the command, yield it with its address, and kill it if the test has not ended it."""
    process = subprocess.Popen(
        build_command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = LISTENING.fullmatch(line)
            assert match, f"{line!r} {process.stderr.read() if process.stderr else ''}"
            yield process, match[1]
        finally:
            process.kill()


def fetch(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, method=method, headers=headers)  # noqa: S310 - http to loopback
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("arguments", [["--port", "0"], ["serve", "--port", "0"]])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_listens_on_a_free_port_says_so_in_one_line_and_ends_on_a_signal(arguments: list[str], number: int):
    with running(*arguments) as (process, url):
        status, body = fetch(f"{url}/_control/health")
        assert (status, json.loads(body)["status"]) == (200, "ok")
        assert fetch(f"{url}/API/Records.php?CollectionTypeID=1001", Authorization=LOGIN)[0] == 200
        assert end(process, number) == (0, "", "")


def test_it_ends_while_a_caller_holds_an_idle_connection():
    with running("--port", "0") as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=120) as caller:
            caller.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert caller.recv(15) == b"HTTP/1.1 200 OK"
            assert end(process, signal.SIGTERM) == (0, "", "")


def test_a_port_that_is_taken_is_one_clear_line_and_exit_code_2():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run_to_its_end("--port", str(port))

    assert (result.returncode, result.stdout) == (2, "")
    assert re.fullmatch(rf"crm-mock: cannot listen on 127\.0\.0\.1:{port}: .* in use.*--port.*\n", result.stderr)


def test_a_host_that_does_not_exist_is_one_clear_line_and_exit_code_2():
    result = run_to_its_end("--host", "nowhere.invalid", "--port", "0")

    assert result.returncode == 2
    assert re.fullmatch(r"crm-mock: cannot listen on nowhere\.invalid:0: .*\n", result.stderr)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "crm-mock: cannot read the seed '.*seed.json': No such file"),
        ("{", "crm-mock: the seed file '.*seed.json' is not JSON"),
        (
            '{"ivinex": {"modules": {"a": {}}}}',
            "crm-mock: the seed file '.*seed.json', line 1, column 25: ivinex.modules.a: a module id is digits",
        ),
    ],
)
def test_a_bad_seed_is_one_clear_line_and_exit_code_2(tmp_path: Path, content: str | None, message: str):
    path = tmp_path / "seed.json"
    if content is not None:
        path.write_text(content)

    result = run_to_its_end("--port", "0", "--seed", str(path))

    assert (result.returncode, result.stdout) == (2, "")
    assert re.fullmatch(f"{message}.*\n", result.stderr)


def test_a_database_file_that_is_none_is_one_clear_line_and_exit_code_2(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at " * 30)

    result = run_to_its_end("--port", "0", "--db", str(path))

    assert (result.returncode, result.stdout) == (2, "")
    assert re.fullmatch(r"crm-mock: cannot use the database file '.*notes.txt': .*\n", result.stderr)


@pytest.mark.parametrize(
    "arguments", [["--profile", "other"], ["--port", "99999"], ["--nonsense"], ["nonsense"], ["serve", "extra"]]
)
def test_a_wrong_argument_is_exit_code_2_without_a_traceback(arguments: list[str]):
    result = run_to_its_end(*arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


def test_help_shows_the_options_with_and_without_the_word_serve():
    for arguments in (["--help"], ["serve", "--help"]):
        result = run_to_its_end(*arguments)
        assert (result.returncode, result.stderr) == (0, "")
        for option in ("--host", "--port", "--seed", "--db", "--profile", "--language", "--log-level"):
            assert option in result.stdout


def test_version_is_printed():
    result = run_to_its_end("--version")

    assert result.returncode == 0
    assert re.fullmatch(r"crm-mock \d\S*\n", result.stdout)


def test_the_profile_and_the_language_reach_the_fake():
    with running("--port", "0", "--profile", "observed", "--language", "hu", "--seed", "empty") as (_, url):
        health = json.loads(fetch(f"{url}/_control/health")[1])

    assert (health["profile"], health["language"]) == ("observed", "hu")
    assert health["counts"]["ivinex"] == {"contact": 0, "note": 0}


def test_a_database_file_keeps_what_was_written_even_when_the_process_is_killed(tmp_path: Path):
    options = ("--port", "0", "--seed", "empty", "--db", str(tmp_path / "fake.db"))
    body = json.dumps({"Records": [{"CollectionTypeID": 1001, "first_name": "Ann"}]}).encode()
    with running(*options) as (process, url):
        assert fetch(f"{url}/API/Records.php", "POST", body, Authorization=LOGIN)[0] == 200
        process.kill()

    with running(*options) as (_, url):
        found = json.loads(fetch(f"{url}/API/Records.php?CollectionTypeID=1001", Authorization=LOGIN)[1])
    assert [record["first_name"] for record in found["Records"]] == ["Ann"]


def test_the_control_token_may_come_from_the_environment():
    with running("--port", "0", "--seed", "empty", env={"CRM_MOCK_CONTROL_TOKEN": "secret"}) as (_, url):
        assert fetch(f"{url}/_control/health")[0] == 401
        assert fetch(f"{url}/_control/health", Authorization="Bearer secret")[0] == 200


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_control_token_may_come_from_a_file_so_that_no_list_of_processes_shows_it(
    tmp_path: Path, by_variable: bool
):
    file = tmp_path / "token"
    file.write_text("secret\n", encoding="utf-8")
    options = () if by_variable else ("--control-token-file", str(file))
    env = {"CRM_MOCK_CONTROL_TOKEN_FILE": str(file)} if by_variable else {}
    with running("--port", "0", "--seed", "empty", *options, env=env) as (_, url):
        assert fetch(f"{url}/_control/health")[0] == 401
        assert fetch(f"{url}/_control/health", Authorization="Bearer secret")[0] == 200


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [("", (), "is empty"), (None, (), "cannot be read"), ("a", ("--control-token", "b"), "not both")],
)
def test_a_token_file_that_gives_no_token_does_not_leave_the_fake_open(
    tmp_path: Path, text: str | None, more: tuple[str, ...], said: str
):
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    done = run_to_its_end("serve", "--port", "0", "--control-token-file", str(file), *more)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_forwarded_address_does_not_count_as_the_caller():
    with running("--port", "0", "--seed", "empty") as (_, url):
        headers = {"X-Forwarded-For": "10.1.2.3"}
        request = urllib.request.Request(f"{url}/_control/health", headers=headers)  # noqa: S310 - http to loopback
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            assert answer.status == 200


def test_logs_go_to_stderr_at_the_level_that_was_asked_for():
    with running("--port", "0", "--seed", "empty", "--log-level", "debug") as (process, url):
        fetch(f"{url}/_control/health")
        code, out, err = end(process, signal.SIGTERM)

    assert (code, out) == (0, "")
    assert "GET /_control/health" in err


def test_many_callers_at_once_each_get_a_record_of_their_own():
    body = json.dumps({"Records": [{"CollectionTypeID": 1001, "first_name": "Ann"}]}).encode()
    ids: list[int] = []
    with running("--port", "0", "--seed", "empty") as (_, url):

        def write_some() -> None:
            for _ in range(5):
                answer = json.loads(fetch(f"{url}/API/Records.php", "POST", body, Authorization=LOGIN)[1])
                ids.append(answer[0]["CollectionID"])

        threads = [threading.Thread(target=write_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(ids) == list(range(1, 21))


def test_serving_loads_no_library_that_only_other_commands_and_pages_need():
    others = {
        "pydantic",
        "faker",
        "httpx",
        "jinja2",
        "harfile",
        "mcp",
        "trustme",
        "mockserver.page",
        "mockserver.crm.record_views",
    }
    code = f"import sys, mockserver.cli, mockserver.server.app; print({others} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(("typed", "offered"), [("se", {"seed", "serve"}), ("--prof", {"--profile"})])
def test_a_shell_completes_commands_and_the_options_of_serve(typed: str, offered: set[str]) -> None:
    asked = {"COMP_WORDS": f"crm-mock {typed}", "COMP_CWORD": "1", "_CRM_MOCK_COMPLETE": "bash_complete"}
    result = CliRunner().invoke(main, prog_name="crm-mock", env=asked)
    assert {line.partition(",")[2] for line in result.stdout.split()} == offered


def test_an_address_of_another_machine_is_refused_for_what_it_is() -> None:
    command = build_command("serve", "--host", "192.0.2.1", "--port", "0")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "choose another --host, one of this machine" in refused.stderr
