"""Installing and taking out again gives back every byte, and backups do not pile up."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_mcp.errors import HostError
from crm_mcp.hosts import files, install, uninstall
from crm_mcp.hosts.known import host_of
from tests.crm_mcp.hosts.machines import machine, options

JSON_BEFORE = {
    "empty": "",
    "a line break": "\n",
    "braces": "{}",
    "braces over lines": "{\r\n}\r\n",
    "servers, none yet": '{\n  "mcpServers": {\n  }\n}\n',
    "null": '{"mcpServers": null, "b": 1}',
    "comments": '// mine\n{\n  // inner\n  "a": 1, // last ,\n}\n/* after */',
    "comments alone": "// only\n",
    "a byte order mark": '\ufeff{\n\t"a": [1, 2,],\n}\n',
    "on one line": '{"a":1,"mcpServers":{"o":{"command":"x"}},"b":2}',
}
TOML_BEFORE = {
    "empty": "",
    "comments": "# c\n",
    "no line end": "a = 1",
    "in braces": 'mcp_servers = {other = {command = "x"}}\n',
    "Windows": "a = 1\r\n\r\n[x]\r\nb = 2\r\n",
    "empty lines": "a = 1\n\n\n",
}
CASES = [("gemini-cli", text) for text in JSON_BEFORE.values()] + [("codex", text) for text in TOML_BEFORE.values()]


@pytest.mark.parametrize(
    ("client", "text"), CASES, ids=[f"JSON, {one}" for one in JSON_BEFORE] + [f"TOML, {one}" for one in TOML_BEFORE]
)
def test_every_byte_is_as_it_was_and_two_backups_are_all(client: str, text: str, tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path)
    path = host_of(client).places(on)[0].path
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8"))
    for _ in range(3):
        install(client, chosen, on)
        uninstall(client, "crm", on)
        assert path.read_bytes() == text.encode("utf-8")
    assert len(list(path.parent.iterdir())) == 3


def test_what_somebody_changed_since_stays(tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = host_of("cursor").places(on)[0].path
    path.parent.mkdir(parents=True)
    path.write_text("{}", encoding="utf-8")
    install("cursor", options(tmp_path), on)
    path.write_text(path.read_text(encoding="utf-8") + "// mine\n", encoding="utf-8")
    uninstall("cursor", "crm", on)
    assert path.read_text(encoding="utf-8").endswith("// mine\n")


@pytest.mark.parametrize("text", [None, "{}"], ids=["no file", "braces"])
def test_a_server_that_was_installed_twice_is_gone_all_the_same(text: str | None, tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = host_of("cursor").places(on)[0].path
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text, encoding="utf-8")
    install("cursor", options(tmp_path), on)
    install("cursor", options(tmp_path, read_only=True), on)
    uninstall("cursor", "crm", on)
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == text


def test_a_backup_that_holds_the_server_does_not_bring_it_back(tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = host_of("cursor").places(on)[0].path
    path.parent.mkdir(parents=True)
    install("cursor", options(tmp_path), on)
    path.write_text(path.read_text(encoding="utf-8") + "// mine\n", encoding="utf-8")
    install("cursor", options(tmp_path, read_only=True), on)
    uninstall("cursor", "crm", on)
    assert "crm" not in path.read_text(encoding="utf-8")


def test_what_a_person_put_aside_is_no_backup_to_be_forgotten(tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path)
    path = host_of("claude-code").places(on)[0].path
    own = [
        path.with_name(f"{path.name}.backup-{ending}") for ending in ("2024", "20261127", "of mine", "20261127-120000x")
    ]
    for one in own:
        one.write_text("mine", encoding="utf-8")
    for number in range(9):
        path.write_text(f'{{"numStartups": {number}}}', encoding="utf-8")
        install("claude-code", chosen, on)
    assert [one.read_text(encoding="utf-8") for one in own] == ["mine"] * len(own)


def test_the_first_backup_and_the_last_few_stay(tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path)
    path = host_of("claude-code").places(on)[0].path
    for number in range(9):  # Claude Code writes its file whenever it runs
        path.write_text(f'{{"numStartups": {number}}}', encoding="utf-8")
        install("claude-code", chosen, on)
    kept = [one.read_text(encoding="utf-8") for one in path.parent.glob("*.backup-*")]
    assert sorted(kept) == [f'{{"numStartups": {number}}}' for number in (0, 5, 6, 7, 8)]


def test_a_file_that_another_program_wrote_meanwhile_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text("{}", encoding="utf-8")
    before = files.read(path)
    path.write_text('{"theirs": 1}', encoding="utf-8")
    with pytest.raises(HostError, match="changed by another program"):
        files.remove(path, before)
    assert path.read_text(encoding="utf-8") == '{"theirs": 1}'


def test_a_file_with_what_is_no_json_far_from_the_servers_is_refused(tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = host_of("cursor").places(on)[0].path
    path.parent.mkdir(parents=True)
    path.write_text('{"mine": {"deep": [NaN]}}', encoding="utf-8")
    with pytest.raises(HostError, match="line 1"):
        install("cursor", options(tmp_path), on)
