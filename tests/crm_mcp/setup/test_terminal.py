"""What the terminal prints is whole, however narrow it is."""

from __future__ import annotations

import pytest

from crm_mcp.setup.answering.terminal import Terminal


def test_headings_and_long_paths_are_whole_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    path = "/home/somebody/" + "folder/" * 6 + "settings.toml"
    terminal.say("What now?", "heading")
    terminal.say(f"Written: {path}", "good")
    printed = capsys.readouterr().out
    assert "What now?" in printed
    assert path in "".join(printed.split())
