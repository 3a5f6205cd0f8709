"""What the demo prints: for terminals of any width, color and encoding.

Data of the CRMs are never read as markup, and hold no control characters when they are printed.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from typing import cast

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crm_mcp.demo.chart import Bar, draw_bars
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_MAX_WIDTH = 100
_INDENT = 3
_ITEMS_SHOWN = 2


def open_console() -> Console:
    """Return a console on stdout: as wide as the terminal, at most 100 columns, and 100 where there is none.

    What the encoding lacks is printed as a question mark.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _MAX_WIDTH) if console.is_terminal else _MAX_WIDTH
    return console


class Stage:
    """Prints the parts of a step.

    Args:
        console: Where.
        shows_time: Whether to print how long each call took.
    """

    def __init__(self, console: Console, *, shows_time: bool = True) -> None:
        self._console = console
        self._shows_time = shows_time
        self._step = 0

    def begin(self, lines: Sequence[str]) -> None:
        """Print the heading of the session: a title and what is to be known of it."""
        title, *others = lines
        self._print(Text(title, style="bold"), 0)
        for line in others:
            self._print(Text(line, style="dim"), 0)

    def step(self, why: str) -> None:
        """Print the heading of the next step."""
        self._step += 1
        self._console.print()
        self._print(Text(f"{self._step}. {_printable(why)}", style="bold"), 0)

    def call(self, tool: str, arguments: dict[str, object]) -> None:
        """Print a tool call; a text of several lines, such as SQL, stands below it."""
        blocks = {name: value for name, value in arguments.items() if isinstance(value, str) and "\n" in value}
        shown = [f"{name}={'...' if name in blocks else _short(value)}" for name, value in arguments.items()]
        self._print(Text(f"> {tool}({', '.join(shown)})", style="cyan"), _INDENT)
        for block in blocks.values():
            for line in str(block).splitlines():
                self._print(Text(line, style="cyan"), 2 * _INDENT)

    def line(self, *parts: object) -> None:
        """Print the parts that are not empty on a line."""
        self._print(Text(" | ".join(_printable(str(part)) for part in parts if part)), _INDENT + 2)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print rows below the names of their columns."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for column in columns:
            table.add_column(Text(_printable(column)), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_printable(str(value))) for value in row))
        self._print(table, _INDENT + 2)

    def bars(self, bars: Sequence[Bar]) -> None:
        """Print a chart with a bar a line."""
        options = self._console.options
        width = self._console.width - _INDENT - 2
        for label, bar, figures in draw_bars(bars, width, block="#" if options.ascii_only else "\u2588"):
            self._print(Text.assemble(_printable(label), " ", (bar, "green"), f" {figures}", no_wrap=True), _INDENT + 2)

    def question(self, message: str) -> None:
        """Print what a person is asked, and that the answer was yes."""
        panel = Panel(
            Text(_printable(message)),
            box=box.ROUNDED,
            title=_texts.text("crm-mcp asks the person"),
            subtitle=_texts.text("the person's answer: yes"),
            title_align="left",
            subtitle_align="right",
            border_style="yellow",
        )
        self._print(panel, _INDENT + 2)

    def end_call(self, summary: str, size: int, took_s: float) -> None:
        """Print what came of a call, and what it cost."""
        cost = _texts.text("{bytes} bytes to the model", bytes=size)
        if self._shows_time:
            cost += f", {took_s * 1000:.0f} ms"
        self._print(Text.assemble(_printable(summary), " " if summary else "", (f"({cost})", "dim")), _INDENT + 2)

    def end(self, done: str, *next_steps: str) -> None:
        """Print that the session is over, and what can be done next."""
        first, *others = next_steps
        self._console.print()
        self._print(Text.assemble((done, "bold green"), f" {first}"), 0)
        for line in others:
            self._print(Text(line), 0)

    def _print(self, shown: RenderableType, indent: int) -> None:
        self._console.print(Padding(shown, (0, 0, 0, indent), expand=False))


def _printable(value: str) -> str:
    return "".join(each if each.isprintable() else " " for each in value)


def _short(value: object) -> str:
    """Return an argument as JSON, of a long list the first items."""
    if not isinstance(value, list):
        return _json(value)
    items = cast("list[object]", value)
    if len(items) <= 2 * _ITEMS_SHOWN:
        return _json(items)
    shown = ", ".join(_json(each) for each in items[:_ITEMS_SHOWN])
    return f"[{shown}, ... {_texts.text('{count} in all', count=len(items))}]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
