"""The page about `record` and `drift` names options and words that exist."""

from __future__ import annotations

import re
from pathlib import Path

from click import Command

from mockserver.live.drift.command import drift
from mockserver.live.drift.report import SENTENCES
from mockserver.live.record.command import record

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "record-and-drift.md").read_text(encoding="utf-8")


def options_of(*commands: Command) -> set[str]:
    return {option for command in commands for parameter in command.params for option in parameter.opts}


def test_every_option_on_the_page_exists_and_every_option_is_on_the_page() -> None:
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) == options_of(record, drift) - {"--port"}


def test_the_example_of_a_report_is_in_the_words_of_the_report() -> None:
    for kind, place in (("type changed", "Results.*.Id"), ("added", "Results.*.ContactId")):
        shown = next(line for line in TEXT.splitlines() if line.startswith(f"  {place}:"))
        values = {"account": "whole number", "fake": "text"}
        assert shown == f"  {place}: {SENTENCES[kind].format(**values)}"
