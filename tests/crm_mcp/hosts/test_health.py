"""`crm-mcp doctor` tells of a host that cannot start the server any more, whose own message says little."""

from __future__ import annotations

from pathlib import Path

from crm_mcp.hosts import install
from crm_mcp.hosts.health import examine_hosts
from tests.crm_mcp.hosts.machines import machine, options


def test_a_command_that_is_gone_is_a_problem_with_the_way_out(tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path, name="acme")
    install("codex", chosen, on)
    assert [ok for ok, _, _ in examine_hosts(on)] == [True]

    Path(chosen.command[0]).unlink()
    ((ok, host, text),) = examine_hosts(on)
    assert (ok, host) == (False, "Codex")
    assert f"{chosen.command[0]} as acme" in text
    assert text.endswith("Run crm-mcp install codex --name acme")


def test_nothing_is_said_of_hosts_without_the_server(tmp_path: Path) -> None:
    assert examine_hosts(machine(tmp_path)) == []
