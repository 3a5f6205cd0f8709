"""Asks in a terminal: questions by questionary, everything else by rich."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import questionary
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_mcp.asking.asks import Asks, Check, Choice, Tone, anything
from crm_mcp.languages import Texts
from crm_mcp.rendering.hidden_characters import remove_hidden

_texts = Texts(__file__)
_MANY = 12
"""From so many choices on a person can type a part of one."""
_WIDEST = 100
_STYLE = questionary.Style(
    [
        ("qmark", "fg:ansicyan bold"),
        ("question", "bold"),
        ("answer", "fg:ansicyan"),
        ("pointer", "fg:ansicyan bold"),
        ("highlighted", "fg:ansicyan bold"),
        ("selected", "fg:ansicyan"),
        ("instruction", "fg:ansibrightblack"),
    ]
)
_LOOKS: dict[Tone, tuple[str, str]] = {
    "plain": ("  ", ""),
    "good": ("  ", "green"),
    "bad": ("! ", "red"),
    "note": ("! ", "yellow"),
    "hint": ("  ", "dim"),
    "heading": ("", "bold cyan"),
}


class Terminal(Asks):
    """A person at a terminal.

    Args:
        given_input: Where keys come from, and `output` where questions go; the process's own where they are None.
        output: See `given_input`.
    """

    def __init__(self, given_input: Input | None = None, output: Output | None = None) -> None:
        self._console = Console(highlight=False, soft_wrap=False)
        self._console.width = min(self._console.width, _WIDEST)
        self._on: dict[str, Any] = {"style": _STYLE, "qmark": "?", "input": given_input, "output": output}

    def knows(self, key: str) -> bool:
        """Know nothing beforehand."""
        del key
        return False

    async def text(self, key: str, question: str, *, default: str = "", check: Check = anything) -> str:
        """Ask for a line."""
        del key
        asked = questionary.text(_plain(question), default=default, validate=_validator(check), **self._on)
        return str(await asked.unsafe_ask_async()).strip()

    async def secret(self, key: str, question: str, *, check: Check = anything) -> str:
        """Ask for a line of which only stars are shown."""
        del key
        asked = questionary.password(_plain(question), validate=_validator(check), **self._on)
        return str(await asked.unsafe_ask_async()).strip()

    async def choose(self, key: str, question: str, choices: Sequence[Choice], *, default: str = "") -> str:
        """Ask for one of several."""
        del key
        shown = [questionary.Choice(self._fit(one.label), value=one.value) for one in choices]
        first = next((one for one, choice in zip(shown, choices, strict=True) if choice.value == default), None)
        is_long = len(choices) > _MANY
        return await questionary.select(
            _plain(question),
            choices=shown,
            default=first,
            instruction=_texts.text("(arrows, or type a part of it)") if is_long else _texts.text("(arrows, Enter)"),
            use_search_filter=is_long,
            use_jk_keys=not is_long,
            **self._on,
        ).unsafe_ask_async()

    async def choose_some(
        self, key: str, question: str, choices: Sequence[Choice], *, ticked: Sequence[str] = ()
    ) -> list[str]:
        """Ask for any of several."""
        del key
        return await questionary.checkbox(
            _plain(question),
            choices=[
                questionary.Choice(self._fit(one.label), value=one.value, checked=one.value in ticked)
                for one in choices
            ],
            instruction=_texts.text("(space ticks, Enter goes on)"),
            **self._on,
        ).unsafe_ask_async()

    async def confirm(self, key: str, question: str, *, default: bool) -> bool:
        """Ask for a yes or no; as a choice, since questionary's own says it in English."""
        choices = [Choice("yes", _texts.text("Yes")), Choice("no", _texts.text("No"))]
        return await self.choose(key, question, choices, default="yes" if default else "no") == "yes"

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Print a paragraph."""
        mark, style = _LOOKS[tone]
        if tone == "heading":
            self._console.print()
        for line in remove_hidden(text).splitlines() or [""]:
            grid = Table.grid(padding=0)
            grid.add_row(Text(mark, style), Text(line, style))
            self._console.print(grid)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows."""
        table = Table.grid(padding=(0, 2))
        cells = [[Text(_plain(cell)) for cell in (f"  {row[0]}", *row[1:])] for row in rows]
        for column in list(zip(*cells, strict=True))[:-1]:
            table.add_column(no_wrap=True, min_width=max(cell.cell_len for cell in column), style="bold")
        table.add_column(no_wrap=True, overflow="ellipsis")
        for row in cells:
            table.add_row(*row)
        self._console.print(table)

    def working(self, text: str) -> AbstractContextManager[None]:
        """Show a spinner."""
        return self._console.status(Text(text))  # pyright: ignore[reportReturnType]

    def _fit(self, label: str) -> str:
        """Return a choice that keeps to one line."""
        plain = _plain(label)
        most = self._console.width - 6
        return plain if len(plain) <= most else f"{plain[: most - 3]}..."


@contextlib.contextmanager
def without_echo() -> Generator[None]:
    """Show nothing that is typed before a question is there; questions show what they want shown themselves."""
    if sys.platform == "win32":
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _validator(check: Check) -> Callable[[str], bool | str]:
    return lambda answer: check(answer.strip()) or True


def _plain(text: str) -> str:
    """Return a CRM's words as one line that cannot draw."""
    return remove_hidden(text).replace("\n", " ")
