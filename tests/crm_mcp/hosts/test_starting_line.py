"""The command that a host is given: one that is there tomorrow too, wherever this runs from now."""

from __future__ import annotations

import pytest

from crm_mcp.errors import HostError
from crm_mcp.hosts.source import describe_source
from crm_mcp.hosts.starting_line import Running, find_command

HOME = "/home/Ágnes K"
UV_TOOL = f"{HOME}/.local/share/uv/tools/crm-mcp-server/bin/python"
WINDOWS = r"C:\Users\Kovács Ágnes"
UNC = r"\\server\users$\kovács"


def running(
    script: str, python: str, prefix: str, *, there: tuple[str, ...] = (), found: dict[str, str] | None = None
) -> Running:
    programs = found or {}
    windows = "\\" in python
    return Running(script, python, prefix, windows, "git+https://example.org/x@abc", there.__contains__, programs.get)


@pytest.mark.parametrize(
    ("script", "python", "wanted"),
    [
        (f"{HOME}/x/.venv/bin/crm-mcp", f"{HOME}/x/.venv/bin/python", f"{HOME}/x/.venv/bin/crm-mcp"),
        (
            f"{HOME}/.local/bin/crm-mcp",
            f"{HOME}/.local/share/uv/tools/crm-mcp-server/bin/python",
            f"{HOME}/.local/bin/crm-mcp",
        ),
        (f"{HOME}/.local/bin/crm-mcp-server", "/usr/bin/python3", f"{HOME}/.local/bin/crm-mcp-server"),
        (f"{HOME}/lib/crm_mcp/__main__.py", f"{HOME}/x/.venv/bin/python", f"{HOME}/x/.venv/bin/crm-mcp"),
        (f"{HOME}/.venv/bin/pytest", f"{HOME}/.venv/bin/python", f"{HOME}/.venv/bin/crm-mcp"),
        (rf"{WINDOWS}\v\Scripts\crm-mcp", rf"{WINDOWS}\v\Scripts\python.exe", rf"{WINDOWS}\v\Scripts\crm-mcp.exe"),
        (rf"{WINDOWS}\.local\bin\crm-mcp.exe", r"C:\Python\python.exe", rf"{WINDOWS}\.local\bin\crm-mcp.exe"),
        (rf"{UNC}\v\Scripts\crm-mcp.exe", rf"{UNC}\v\Scripts\python.exe", rf"{UNC}\v\Scripts\crm-mcp.exe"),
    ],
)
def test_a_script_that_is_there_is_named_by_its_whole_path(script: str, python: str, wanted: str) -> None:
    assert find_command(running(script, python, "/v", there=(wanted,))) == [wanted]


def test_without_a_script_the_interpreter_is_named() -> None:
    python = f"{HOME}/v/bin/python"

    assert find_command(running(f"{HOME}/crm_mcp/__main__.py", python, "/v")) == [python, "-m", "crm_mcp"]


@pytest.mark.parametrize(
    "prefix",
    [
        f"{HOME}/.cache/uv/archive-v0/Xy_1",
        "/var/cache/uv/environments-v2/crm",
        r"C:\Users\Á\AppData\Local\uv\cache\archive-v0\Q",
    ],
)
def test_from_uvs_cache_the_source_is_named_and_never_the_bare_name(prefix: str) -> None:
    script = f"{prefix}/bin/crm-mcp"
    python = f"{prefix}\\python.exe" if "\\" in prefix else f"{prefix}/bin/python"
    source = ["--from", "git+https://example.org/x@abc", "crm-mcp"]

    assert find_command(running(script, python, prefix, there=(script,), found={"uvx": "/b/uvx"})) == [
        "/b/uvx",
        *source,
    ]
    assert find_command(running(script, python, prefix, there=(script,), found={"uv": "/b/uv"})) == [
        *("/b/uv", "tool", "run"),
        *source,
    ]
    with pytest.raises(HostError, match=r"uv tool install git\+https"):
        find_command(running(script, python, prefix, there=(script,)))


@pytest.mark.parametrize("prefix", [f"{HOME}/.cache/pipx/1f2e", f"{HOME}/.local/share/pipx/.cache/1f2e"])
def test_from_pipxs_cache_the_source_is_named(prefix: str) -> None:
    script = f"{prefix}/bin/crm-mcp"

    assert find_command(
        running(script, f"{prefix}/bin/python", prefix, there=(script,), found={"pipx": "/b/pipx"})
    ) == [*("/b/pipx", "run", "--spec", "git+https://example.org/x@abc", "crm-mcp")]


def test_what_pipx_installed_for_good_is_no_cache() -> None:
    script, prefix = f"{HOME}/.local/bin/crm-mcp", f"{HOME}/.local/share/pipx/venvs/crm-mcp-server"

    assert find_command(running(script, f"{prefix}/bin/python", prefix, there=(script,))) == [script]


@pytest.mark.parametrize(
    ("recorded", "wanted"),
    [
        ({"url": "file:///home/%C3%81gnes%20K/x", "dir_info": {}}, "/home/Ágnes K/x"),
        ({"url": "file:///srv/x-0.1.0-py3-none-any.whl", "archive_info": {}}, "/srv/x-0.1.0-py3-none-any.whl"),
        ({"url": "https://example.org/x.whl", "archive_info": {}}, "https://example.org/x.whl"),
        (
            {
                "url": "https://example.org/x",
                "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"},
            },
            "git+https://example.org/x@abc",
        ),
        (
            {"url": "https://example.org/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "py"},
            "git+https://example.org/x@abc#subdirectory=py",
        ),
    ],
)
def test_the_source_is_what_the_installer_recorded(recorded: dict[str, object], wanted: str) -> None:
    assert describe_source(recorded) == wanted
