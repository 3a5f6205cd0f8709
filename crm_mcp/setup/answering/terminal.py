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
from rich.cells import cell_len, set_cell_size
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
        chosen = await questionary.checkbox(
            _plain(question),
            choices=[
                questionary.Choice(self._fit(one.label), value=one.value, checked=one.value in ticked)
                for one in choices
            ],
            instruction=_texts.text("(space ticks, Enter goes on)"),
            erase_when_done=True,  # it would say "done (2 selections)"
            **self._on,
        ).unsafe_ask_async()
        labels = ", ".join(_plain(one.label) for one in choices if one.value in chosen)
        asked = Text.assemble(("? ", "bold cyan"), (_plain(question), "bold"), (f" {labels or '-'}", "cyan"))
        self._console.print(asked)
        return chosen

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
            if mark:
                grid.add_column(width=len(mark))
            grid.add_column(overflow="fold")  # a path is copied, so none of it is cut off
            grid.add_row(*([Text(mark, style)] if mark else []), Text(line, style))
            self._console.print(grid)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows."""
        cells = [[_plain(cell) for cell in row] for row in rows]
        widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)][:-1]
        for *first, last in cells:
            begin = "".join(f"  {set_cell_size(cell, width)}" for cell, width in zip(first, widths, strict=True))
            shown = Text(begin, "bold")
            shown.append(f"  {_cut(last, self._console.width - cell_len(begin) - 3)}", "not bold")
            self._console.print(shown)

    def working(self, text: str) -> AbstractContextManager[None]:
        """Show a spinner."""
        return self._console.status(Text(text))  # pyright: ignore[reportReturnType]

    def _fit(self, label: str) -> str:
        """Return a choice that keeps to one line."""
        return _cut(_plain(label), self._console.width - 6)


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


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 3).rstrip()}..."


def _validator(check: Check) -> Callable[[str], bool | str]:
    return lambda answer: check(answer.strip()) or True


def _plain(text: str) -> str:
    """Return a CRM's words as one line that cannot draw."""
    return remove_hidden(text).replace("\n", " ")
