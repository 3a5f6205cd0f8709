"""Every host is pinned exactly, and the documentation says what was played."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.hosts.__main__ import Host, all_hosts
from tests.hosts.installed.__main__ import ENVIRONMENT
from tests.hosts.vscode.__main__ import ENVIRONMENT as VSCODE

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "reference" / "hosts.md").read_text(encoding="utf-8")


def pins_of(host: Host) -> dict[str, str]:
    text = host.pins.read_text(encoding="utf-8")
    if host.is_node:
        return json.loads(text)["dependencies"]
    return dict(line.split("==") for line in text.splitlines())


@pytest.mark.parametrize("host", all_hosts(), ids=lambda host: host.name)
def test_a_host_is_pinned_exactly_and_documented_at_that_version(host: Host) -> None:
    pins = pins_of(host)
    assert all(re.fullmatch(r"[0-9]+(\.[0-9]+)+", version) for version in pins.values())
    name = f"@modelcontextprotocol/{host.name}" if host.is_node else next(iter(pins))
    assert f"| {pins[name]} |" in DOCUMENTED


def test_a_host_that_the_server_is_installed_into_is_pinned_exactly_and_documented_at_that_version() -> None:
    for package, version in pins_of(ENVIRONMENT).items():
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", version), package
        assert f"| {version} |" in DOCUMENTED, package


def test_vs_code_is_pinned_exactly_and_documented_at_that_version() -> None:
    pinned = pins_of(VSCODE)["code-server"]
    assert f"| 1{pinned[1:]} |" in DOCUMENTED  # code-server 4.139.1 is VS Code 1.139.1


def test_no_file_of_a_host_names_a_package_registry() -> None:
    for kind in ("*.txt", "*.json", "*.mjs"):
        for file in Path(__file__).parent.rglob(kind):
            assert not re.search(r"https?://|--index|resolved", file.read_text(encoding="utf-8"))
