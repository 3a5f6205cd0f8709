"""Lets the real hosts read what `crm-mcp install` writes, and start the server by it.

    make hosts                                    these too
    python -m tests.hosts.installed claude-code   one

Each begins with a configuration that holds another server, in the home of a user called Kovács Ágnes. The server is
installed, the host connects to it without a login of its own, and after `crm-mcp uninstall` the file is as it was. Node
and the npm registry are needed, the latter once. One line a host; exit 1 when one fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.fake_process import running_fake
from tests.hosts.__main__ import FOLDER, TIME_LIMIT_S, Host, HostError
from tests.support.transports import quiet_environment

ENVIRONMENT = Host("installed", FOLDER / "installed" / "package.json", is_node=True)
SETTINGS = """
[accounts.demo.minicrm]
url = "{url}"
system_id = "10001"
api_key = "demo-api-key"

[accounts.demo.ivinex]
url = "{url}"
username = "demo"
password = "demo-password"
modules = {{ contact = 1001, note = 1002 }}
"""
JSON_BEFORE = '{\n  "mcpServers": {\n    "other": { "command": "true", "env": { "TOKEN": "t" } }\n  }\n}\n'
TOML_BEFORE = '# mine\nmodel = "m" # which\n\n[mcp_servers.other]\ncommand = "true"\n'


@dataclass(frozen=True, slots=True)
class RealHost:
    """A host that can be had here.

    Attributes:
        client: Its name for `crm-mcp install`.
        package: Its package, for the version.
        file: Its configuration, in the home folder.
        before: What that holds.
        see: Returns what the host says of the server; raises HostError where it does not connect to it.
    """

    client: str
    package: str
    file: str
    before: str
    see: Callable[[Path, dict[str, str]], str]


def see_claude_code(work: Path, environment: dict[str, str]) -> str:
    """Return the health that `claude mcp list` tells."""
    return _line_of(_run(["claude", "mcp", "list"], work, environment), "crm:", "Connected")


def see_gemini_cli(work: Path, environment: dict[str, str]) -> str:
    """Return the state that `gemini mcp list` tells, in a folder that it trusts."""
    trusted = environment | {"GEMINI_CLI_TRUST_WORKSPACE": "true"}
    return _line_of(_run(["gemini", "mcp", "list"], work, trusted), "crm:", "Connected")


def see_codex(work: Path, environment: dict[str, str]) -> str:
    """Return how many tools Codex' own server finds; `codex mcp list` connects to nothing."""
    _line_of(_run(["codex", "mcp", "list"], work, environment), "crm ", "enabled")
    with subprocess.Popen(
        [_program("codex", environment), "app-server"],
        cwd=work,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        messages: list[dict[str, Any]] = [
            {"id": 0, "method": "initialize", "params": {"clientInfo": {"name": "t", "title": "t", "version": "1"}}},
            {"method": "initialized"},
            {"id": 1, "method": "mcpServerStatus/list", "params": {}},
        ]
        for message in messages:
            server.stdin.write(json.dumps(message) + "\n")
            server.stdin.flush()
        answers: Iterator[dict[str, Any]] = map(json.loads, server.stdout)
        answer = next(one for one in answers if one.get("id") == 1)
        server.kill()
    found: list[dict[str, Any]] = answer.get("result", {}).get("data", [])
    tools = {one["name"]: len(one["tools"]) for one in found}
    if not tools.get("crm"):
        raise HostError(f"it finds no tools: {json.dumps(answer)[:200]}")
    return f"{tools['crm']} tools"


HOSTS = (
    RealHost("claude-code", "@anthropic-ai/claude-code", ".claude.json", JSON_BEFORE, see_claude_code),
    RealHost("gemini-cli", "@google/gemini-cli", ".gemini/settings.json", "// mine\n" + JSON_BEFORE, see_gemini_cli),
    RealHost("codex", "@openai/codex", ".codex/config.toml", TOML_BEFORE, see_codex),
)


def play(host: RealHost, url: str, folder: Path) -> str:
    """Install into a host, let it connect, take the server out again; return what the host said.

    Raises:
        HostError: It does not connect, or something else of its file was touched.
    """
    home = folder / host.client / "Kovács Ágnes"
    file, settings, work = home / host.file, home / ".config" / "crm-mcp" / "settings.toml", home / "work"
    for path, text in ((file, host.before), (settings, SETTINGS.format(url=url))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    work.mkdir()
    environment = _environment(home)
    _crm_mcp(["install", host.client], work, environment)
    said = host.see(work, environment)
    _crm_mcp(["uninstall", host.client], work, environment)
    if host.client != "claude-code" and file.read_text(encoding="utf-8") != host.before:
        raise HostError("its file is not as it was")
    if "other" not in file.read_text(encoding="utf-8"):  # Claude Code adds keys of its own whenever it runs
        raise HostError("another server is gone from its file")
    return said


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine's user is found, nor any setting but those of the file."""
    path = os.pathsep.join([str(ENVIRONMENT.environment / "node_modules" / ".bin"), os.environ["PATH"]])
    kept = {name: value for name, value in quiet_environment({}).items() if not name.startswith(("XDG_", "CRM_MCP_"))}
    return kept | {"HOME": str(home), "USERPROFILE": str(home), "PATH": path}


def _crm_mcp(arguments: list[str], work: Path, environment: dict[str, str]) -> str:
    return _run([str(Path(sys.executable).parent / "crm-mcp"), *arguments], work, environment)


def _run(command: list[str], work: Path, environment: dict[str, str]) -> str:
    program = _program(command[0], environment)
    done = subprocess.run(
        [program, *command[1:]],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise HostError(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout + done.stderr


def _program(name: str, environment: dict[str, str]) -> str:
    return shutil.which(name, path=environment["PATH"]) or name


def _line_of(said: str, begin: str, wanted: str) -> str:
    line = next((line.strip(" ✓") for line in said.splitlines() if begin in line), "")
    if wanted not in line:
        raise HostError(f"it says {line or said[-200:]!r}")
    return wanted.lower()


def main() -> None:
    """Play the hosts that are named, or all."""
    wanted = [host for host in HOSTS if len(sys.argv) == 1 or host.client in sys.argv[1:]]
    if not (shutil.which("node") and shutil.which("npm")):
        print("skipped  the installed hosts: node and npm are not installed")
        return
    ENVIRONMENT.prepare()
    versions = json.loads(ENVIRONMENT.pins.read_text(encoding="utf-8"))["dependencies"]
    good = True
    with running_fake() as server, tempfile.TemporaryDirectory() as folder:
        for host in wanted:
            try:
                said = f"ok       {host.client:<14} {versions[host.package]:<9} {play(host, server.url, Path(folder))}"
            except HostError as error:
                good, said = False, f"FAILED   {host.client:<14} {error}"
            print(said, flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
