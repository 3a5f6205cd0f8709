"""The commands as a person runs them: what they print, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.fake_process import FakeServer, running_fake
from tests.crm_mcp.transport.local_server import Handler, fresh, serving
from tests.support.mcp_play import both_crms, call
from tests.support.transports import ERAS, Era, over_stdio, quiet_environment, run_warm


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "documented") as server:
        yield server


def crm_mcp(*arguments: str, settings: Mapping[str, str] | None = None, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command, without its start."""
    return run_warm(*arguments, settings=settings or {}, cwd=cwd)


def start_crm_mcp(
    *arguments: str, settings: Mapping[str, str] | None = None, cwd: Path, encoding: str = "utf-8"
) -> subprocess.CompletedProcess[str]:
    """Run the command from its start."""
    return subprocess.run(
        [sys.executable, "-m", "crm_mcp", *arguments],
        env=quiet_environment(settings or {}),
        cwd=cwd,
        input="",
        capture_output=True,
        encoding=encoding,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("serve",), ("tools",), ("serve", "--transport", "http")])
def test_without_any_crm_it_ends_with_2_and_names_the_variables_and_the_demo(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    result = crm_mcp(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    for word in (
        "IVINEX_URL",
        "IVINEX_USERNAME",
        "IVINEX_PASSWORD",
        "MINICRM_SYSTEM_ID",
        "MINICRM_API_KEY",
        "crm-mcp demo",
    ):
        assert word in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of another kind")
@pytest.mark.parametrize("settings", [{}, {"MINICRM_API_KEY": "fake-key-123"}, {"CRM_MCP_READONLY": "1"}])
def test_a_person_at_a_terminal_is_told_at_once(tmp_path: Path, settings: dict[str, str]) -> None:
    import pty

    terminal, stdin = pty.openpty()
    command = [sys.executable, "-m", "crm_mcp"]
    try:
        result = subprocess.run(
            command, env=quiet_environment(settings), cwd=tmp_path, stdin=stdin, capture_output=True, timeout=120
        )
    finally:
        os.close(terminal)
        os.close(stdin)
    assert result.returncode == 2
    assert b"MINICRM_SYSTEM_ID" in result.stderr or b"CRM_MCP_READ_ONLY" in result.stderr


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "MINICRM_SYSTEM_ID, MINICRM_API_KEY"),
        ({"MINICRM_API_KEY": "fake-key-123"}, "MINICRM_SYSTEM_ID is missing"),
        ({"CRM_MCP_READONLY": "fake-key-123"}, "CRM_MCP_READ_ONLY"),
        ({"IVINEX_MODULES": "fake-key-123"}, "contact=1001,note=1002"),
        (
            both_crms("https://crm.example") | {"https_proxy": "http://fake-key-123:port", "no_proxy": "x"},
            "https_proxy",
        ),
    ],
)
def test_a_host_is_told_what_to_set_by_the_only_tool(
    tmp_path: Path, settings: dict[str, str], says: str, era: Era
) -> None:
    async def ask() -> tuple[list[str], Any, str]:
        async with over_stdio(settings, str(tmp_path), era) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, await call(client, "list_modules"), client.instructions or ""

    names, told, instructions = asyncio.run(ask())
    assert names == ["list_modules"]
    assert told["items"] == []
    assert says in told["problem"]
    assert says in instructions
    assert "crm-mcp doctor" in told["next_step"]
    assert "fake-key-123" not in str(told) + instructions


def test_half_a_login_ends_with_2_in_one_line_that_names_the_other_half(tmp_path: Path) -> None:
    result = start_crm_mcp(settings={"MINICRM_API_KEY": "fake-key-123"}, cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "MINICRM_SYSTEM_ID is missing" in result.stderr
    assert "fake-key-123" not in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks4://s3cret.example:1080"),
        ("HTTPS_PROXY", "http://s3cret.example:port"),
        ("SSL_CERT_FILE", "/s3cret.pem"),
        ("SSL_CERT_DIR", "/s3cret"),
    ],
)
def test_a_wrong_variable_of_the_network_is_named_in_one_line_and_does_not_matter_on_this_machine(
    fake: FakeServer, tmp_path: Path, variable: str, value: str
) -> None:
    network = {name: "" for name in os.environ if name.upper().endswith("_PROXY")} | {variable: value}
    remote = both_crms("https://crm.example") | network
    for command in (["tools"], ["serve", "--transport", "http"], ["doctor"]):
        result = crm_mcp(*command, settings=remote, cwd=tmp_path)
        assert result.returncode == (1 if command == ["doctor"] else 2)
        assert "s3cret" not in result.stdout + result.stderr
        assert {line.split(":")[1] for line in result.stderr.splitlines()} <= {f" {variable}"}
        assert variable in result.stdout + result.stderr
        assert "Traceback" not in result.stderr
    assert crm_mcp("doctor", settings=both_crms(fake.url) | network, cwd=tmp_path).returncode == 0


def test_the_bare_command_serves_stdio_and_ends_well_when_its_input_does(tmp_path: Path) -> None:
    result = start_crm_mcp(settings=both_crms("http://127.0.0.1:9"), cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_settings_come_from_an_env_file_in_the_working_folder(tmp_path: Path) -> None:
    lines = [f"{name}={value}" for name, value in both_crms("http://127.0.0.1:9").items()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    assert start_crm_mcp("tools", cwd=tmp_path).returncode == 0


def test_tools_json_is_what_tools_list_answers(tmp_path: Path) -> None:
    settings = both_crms("http://127.0.0.1:9")
    told = json.loads(crm_mcp("tools", "--json", settings=settings, cwd=tmp_path).stdout)

    async def ask() -> list[Any]:
        async with over_stdio(settings, str(tmp_path), "legacy") as client:
            listed = (await client.list_tools()).tools
            return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed]

    assert asyncio.run(ask()) == told["tools"]


@pytest.mark.parametrize("arguments", [(), ("serve", "--transport", "http", "--port", "0")])
def test_ctrl_c_ends_the_server_without_a_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crm_mcp", *arguments]
    environment = quiet_environment(both_crms("http://127.0.0.1:9"))
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        if arguments:
            process.stderr.readline()
        else:  # an answer shows that it is up
            process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
            process.stdin.flush()
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert b"Traceback" not in errors


def test_the_tool_table_has_a_line_a_tool(tmp_path: Path) -> None:
    result = crm_mcp("tools", settings=both_crms("http://127.0.0.1:9"), cwd=tmp_path)
    lines = result.stdout.splitlines()
    assert len(lines) == 32
    assert all(re.match(r"^[a-z_]+ +[rw]  \S", line) for line in lines)


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("serve", "--help")])
def test_help_and_version_need_no_settings(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = crm_mcp(*arguments, cwd=tmp_path)
    assert result.returncode == 0
    assert "crm-mcp" in result.stdout or "Usage:" in result.stdout


def test_an_open_host_without_a_token_ends_with_2(tmp_path: Path) -> None:
    result = crm_mcp(
        "serve",
        "--transport",
        "http",
        "--host",
        "0.0.0.0",  # noqa: S104  # refused is what it is
        settings=both_crms("http://127.0.0.1:9"),
        cwd=tmp_path,
    )
    assert result.returncode == 2
    assert "CRM_MCP_HTTP_TOKEN" in result.stderr


def test_the_doctor_is_content_with_a_good_login(fake: FakeServer, tmp_path: Path) -> None:
    result = start_crm_mcp("doctor", settings=both_crms(fake.url), cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["ok"] * 6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"IVINEX_PASSWORD": "wrong-password"}, "IVINEX_PASSWORD"),
        ({"MINICRM_API_KEY": "wrong-password"}, "MINICRM_API_KEY"),
        ({"MINICRM_API_KEY": '"wrong-password"'}, "MINICRM_API_KEY begins and ends with quotes"),
        ({"IVINEX_PASSWORD": "${wrong-password}"}, "IVINEX_PASSWORD is an unfilled ${NAME}"),
        ({"MINICRM_API_KEY": ""}, "MINICRM_API_KEY is missing"),
        ({"MINICRM_URL": "http://127.0.0.1:9"}, "did not respond"),
        ({"MINICRM_USER": "Nobody"}, "Nobody"),
        ({"IVINEX_MODULES": ""}, "IVINEX_MODULES"),
        ({"IVINEX_MODULES": "contact=1001,note=9999"}, "note=9999: Ivinex answered"),
        ({"IVINEX_MODULES": "contact=1002,note=1001"}, "note=1001 holds no notes"),
        ({"IVINEX_MODULES": "contacts=1001,note=1002"}, "contacts must be called contact"),
        ({"IVINEX_MODULES": "contact=1001,note=1001"}, "contact and note have the same module id, 1001"),
        ({"IVINEX_MODULES": "contact=1001,contact=1002"}, "two ids to one name"),
    ],
)
def test_the_doctor_names_each_problem_and_ends_with_1(
    fake: FakeServer, tmp_path: Path, change: dict[str, str], says: str
) -> None:
    result = crm_mcp("doctor", settings=both_crms(fake.url) | change, cwd=tmp_path)
    assert result.returncode == 1
    (problem,) = [line for line in result.stdout.splitlines() if line.startswith("PROBLEM")]
    assert says in problem
    assert "wrong-password" not in result.stdout + result.stderr


def test_the_doctor_names_variables_that_it_does_not_know(tmp_path: Path) -> None:
    result = crm_mcp("doctor", settings={"MINICRM_WEBHOOK_SECRET": "fake-key-123"}, cwd=tmp_path)
    assert "MINICRM_WEBHOOK_SECRET is not a setting of this server and is ignored" in result.stdout
    assert "fake-key-123" not in result.stdout


def test_the_debug_log_holds_no_headers_of_the_crm(tmp_path: Path) -> None:
    with serving(fresh(Handler)) as url:
        settings = {"MINICRM_URL": url, "MINICRM_SYSTEM_ID": "10001", "MINICRM_API_KEY": "fake-api-key"}
        result = start_crm_mcp("--log-level", "debug", "doctor", settings=settings, cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    for word in ("set-cookie", "session=abc", "authorization", "location", "fake-api-key"):
        assert word not in result.stderr.lower()


def test_the_doctor_without_any_crm_ends_with_1(tmp_path: Path) -> None:
    result = crm_mcp("doctor", cwd=tmp_path)
    assert result.returncode == 1
    assert "no CRM is configured" in result.stdout
