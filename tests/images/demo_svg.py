"""The best steps of `crm-mcp demo` as a picture of a terminal, `docs/images/demo.svg`.

It loads nothing, and follows the reader's choice of dark or light.
"""

from __future__ import annotations

import asyncio
import html
import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from crm_mcp.demo import play
from crm_mcp.demo.stage import Stage

WIDTH = 80
FILE = Path(__file__).parents[2] / "docs" / "images" / "demo.svg"
_STEPS = {0, 1, 7, 9, 10, 11, 12}
"""The steps in the picture: 0 is the heading, 12 the end."""
_ESCAPE = r"(?:\x1b\[[\d;]*m)*"
_CHANGES = (
    (re.compile(r"\b(write|plan)-[0-9a-f]{12}\b"), r"\1-0123456789ab"),
    (re.compile(r"as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "as of 2026-11-23 09:00:00"),
)
"""What differs from one play to the next, and what stands for it."""

# The colors of this theme mean nothing: each is replaced by a variable that dark and light set.
_THEME = TerminalTheme((10, 10, 10), (20, 20, 20), [(30 + each, 0, 0) for each in range(8)])
_VARIABLES = {
    "#0a0a0a": "back",
    "#141414": "text",
    "#101010": "soft",
    "#200000": "green",
    "#210000": "yellow",
    "#240000": "cyan",
}
_TEMPLATE = Path(__file__).with_name("terminal.svg")
"""What `rich` fills in; it has none of its own that loads nothing."""


def play_in_color() -> str:
    """Play the demo, and return what it printed with its escape sequences."""
    file = io.StringIO()
    console = Console(
        file=file, width=WIDTH, force_terminal=True, color_system="standard", highlight=False, markup=False
    )
    asyncio.run(play(Stage(console, shows_time=False)))
    return file.getvalue()


def choose_steps(printed: str) -> str:
    """Return the steps of the picture, with dots where steps are left out, and all that changes fixed."""
    for pattern, replacement in _CHANGES:
        printed = pattern.sub(replacement, printed)
    chosen: list[str] = []
    for number, step in enumerate(re.split(rf"\n\n(?={_ESCAPE}(?:\d+\. |Done))", printed.strip())):
        if number in _STEPS:
            chosen.append(step)
        elif chosen[-1] != "...":
            chosen.append("...")
    return "\n\n".join(chosen)


def draw(chosen: str) -> str:
    """Return printed text as an SVG."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False, markup=False)
    console.print(Text.from_ansi(chosen))
    lines = len(chosen.splitlines())
    width, height = round(WIDTH * 12.2 + 24), round(lines * 24.4 + 24)
    template = _TEMPLATE.read_text(encoding="utf-8").replace("{width}", str(width)).replace("{height}", str(height))
    template = template.replace("{frame_width}", str(width - 1)).replace("{frame_height}", str(height - 1))
    svg = console.export_svg(theme=_THEME, code_format=template, unique_id="demo")
    svg = re.sub(r' clip-path="[^"]*"', "", svg)
    for color, name in _VARIABLES.items():
        svg = svg.replace(color, f"var(--{name})")
    return svg


def read_text(svg: str) -> str:
    """Return the text in an SVG that `draw` made, without its lines."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
