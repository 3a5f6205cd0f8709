from __future__ import annotations

import io

import pytest
from rich.console import Console

from crm_mcp.demo.chart import Bar, draw_bars
from crm_mcp.demo.stage import Stage

BARS = [
    Bar("New", 10, ("6", "65,600 HUF")),
    Bar("Árajánlat kiküldve", 0.01, ("5", "10 HUF")),
    Bar("Lost", 0, ("0", "0 HUF")),
]


def print_all(width: int, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    stage = Stage(Console(file=file, width=width, highlight=False, markup=False), shows_time=False)
    stage.step("What is it?")
    stage.call("search_contacts", {"query": "a very long text " * 5, "ids": [*"123456789"]})
    stage.line("[bold]\x1b[31mred", "")
    stage.table(["Task", "Deadline"], [["call " * 30, "2026-11-30"]])
    stage.question("Change 11 tasks? " * 10)
    stage.bars(BARS)
    stage.end_call("11 in all", 300, 1.5)
    file.seek(0)
    return file.read()


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_nothing_is_wider_than_the_terminal(width: int, encoding: str) -> None:
    shown = print_all(width, encoding)
    assert max(map(len, shown.splitlines())) <= width
    assert encoding == "utf-8" or shown.isascii()


def test_data_are_neither_markup_nor_commands_to_the_terminal() -> None:
    assert "[bold] [31mred" in print_all(80)


def test_a_long_list_of_arguments_is_cut_and_counted() -> None:
    assert 'ids=["1", "2", ... 9 in all]' in " ".join(print_all(80).split())


def test_a_bar_is_as_long_as_its_share_and_never_nothing_for_something() -> None:
    lengths = [bar.count("#") for _, bar, _ in draw_bars(BARS, 60, block="#")]
    assert lengths[0] > 20
    assert lengths[1:] == [1, 0]
