r"""The words of an HTML page of an app, which speaks one language: that of whom the server serves.

The page marks what its HTML says by `data-text` (`<h1 data-text>Pipeline</h1>`, no markup inside) and what its script
says by `text("...")` and `ntext("{count} card", "{count} cards", count)`, in double quotes. Its script begins with:

    const words = JSON.parse(document.getElementById("words")?.textContent || "{}");
    const fill = (said, values) => said.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
    const text = (message, values = {}) => fill(words[message] ?? message, values);
    const ntext = (one, many, count, values = {}) =>
      fill((words[one] ?? [one, many])[count === 1 ? 0 : 1], { count, ...values });
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.textContent);
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from crm_mcp.languages.texts import Texts

_HEAD_END = "</head>"
_LITERAL = r'"((?:[^"\\\n]|\\.)*)"'
_MESSAGE = re.compile(
    rf"\bntext\(\s*{_LITERAL}\s*,\s*{_LITERAL}|\btext\(\s*{_LITERAL}|<[a-z0-9]+\b[^<>]*\sdata-text\b[^<>]*>([^<]+)<"
)


def page_in(html: str, texts: Texts) -> str:
    """Return a page that speaks the language of these texts.

    Args:
        html: The page in English, which begins with `<html lang="en">` and whose head ends in `</head>`.
        texts: Those of the page's module.
    """
    if texts.language == "en":
        return html
    words: dict[str, str | list[str]] = {}
    for message in find_messages(html):
        if isinstance(message, str):
            words[message] = texts.text(message)
        else:
            words[message[0]] = [texts.nform(*message, count) for count in (1, 2)]
    written = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    script = f'<script type="application/json" id="words">{written}</script>\n{_HEAD_END}'
    return html.replace('<html lang="en">', f'<html lang="{texts.language}">', 1).replace(_HEAD_END, script, 1)


def find_messages(html: str) -> Iterator[str | tuple[str, str]]:
    """Yield the texts that a page marks; one for one and for many as both."""
    for one, many, plain, element in _MESSAGE.findall(html):
        if one:
            yield _read(one), _read(many)
        else:
            yield _read(plain) if plain else element


def _read(literal: str) -> str:
    return cast("str", json.loads(f'"{literal}"'))
