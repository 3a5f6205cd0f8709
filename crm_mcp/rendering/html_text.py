"""Rich text, which is HTML in a CRM, as the plain text a reader sees. Pure.

Only a value that is HTML from end to end is touched: text in which somebody wrote `<b>` or `a < b` is not markup.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset({"p", "ul", "ol", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"div", "li", "tr", "section", "article", "header", "footer", "dt", "dd", "hr"})
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({"script", "style", "head", "template"})
_INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "code", "img", "center"})
_LAYOUT = _PARAGRAPHS | _LINES | {"br", "span", "font", "html", "body"}

_FIRST_TAG = re.compile(r"\s*<(?:!doctype\b[^>]*>\s*<)?([a-z][a-z0-9]*)(?=[\s/>])", re.IGNORECASE)
_LAST_TAG = re.compile(r"</?([a-z][a-z0-9]*)(?:\s[^<>]*)?/?>\s*\Z", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_MARKED_SECTION = re.compile(r"<!\[[^<>]*>")
_NO_TAG = re.compile(r"<(?![^<>]*>)")
_PARSED_AS_IT_IS = 20_000
"""Characters of a text that is never too slow to parse."""
_DEEPEST_INDENTED = 8
_ANY_TAG = re.compile(r"<([a-z][a-z0-9]*)(?=[\s/>])", re.IGNORECASE)


def is_rich_text(text: str) -> bool:
    """Tell whether a value is HTML from end to end, as an editor of rich text writes it.

    It begins and ends with a tag, and one of its tags lays text out: `<b>x</b>` alone may be what somebody typed.
    """
    first, last = _FIRST_TAG.match(text), _LAST_TAG.search(text, max(0, len(text) - 500))
    if first is None or last is None:
        return False
    if not {first[1].lower(), last[1].lower()} <= _LAYOUT | _INLINE:
        return False
    return any(tag[1].lower() in _LAYOUT for tag in _ANY_TAG.finditer(text))


def plain_text(html: str) -> str:
    """Return what a reader sees of HTML: paragraphs, bullets, table cells, and the addresses of links."""
    reader = _Reader()
    try:
        reader.feed(html if len(html) <= _PARSED_AS_IT_IS else _without_open_ends(html))
        reader.close()
    except AssertionError:  # how the parser gives up on a broken `<![`
        return html
    return reader.text()


def _without_open_ends(html: str) -> str:
    """Return HTML without what begins and never ends: the parser looks for each such end through all that follows."""
    return _NO_TAG.sub("&lt;", _MARKED_SECTION.sub("", _COMMENT.sub("", html)))


class _Reader(HTMLParser):
    """Collects text as tags pass by; line ends that are due are written when the next text comes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._line_ends = 0
        self._space = False
        self._after_bullet = False
        self._unseen = 0
        self._preformatted = 0
        self._lists: list[int] = []
        self._link: tuple[str, int] | None = None

    def text(self) -> str:
        return "".join(self._parts).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self._preformatted += tag == "pre"
        self._break_line(tag)
        if tag == "br":
            self._line_ends += 1
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ul" else 1)
        elif tag == "li":
            self._write(self._bullet())
            self._after_bullet = True
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._parts))
        elif tag == "img":
            self._write(f"[image{': ' + alt if (alt := dict(attrs).get('alt')) else ''}]")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._preformatted = max(0, self._preformatted - (tag == "pre"))
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag == "a" and self._link is not None:
            self._end_link(*self._link)
            self._link = None
        if tag in _CELLS:
            self._write(" | ")
        if tag == "li":
            self._after_bullet = False
        if tag == "tr" and self._parts and self._parts[-1] == " | ":
            self._parts.pop()
        self._break_line(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._preformatted:
            self._write(data)
            return
        words = data.split()
        if words:
            before = " " if data[0].isspace() or self._space else ""
            self._write(before + " ".join(words), joins=bool(before))
        self._space = data[-1:].isspace() if words else self._space or bool(data)

    def _end_link(self, address: str, start: int) -> None:
        shown = "".join(self._parts[start:]).strip()
        if address and address not in (shown, f"mailto:{shown}", f"tel:{shown}"):
            self._write(f" ({address})" if shown else address)

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else 0
        if number:
            self._lists[-1] += 1
        indent = "  " * min(len(self._lists) - 1, _DEEPEST_INDENTED)
        return indent + (f"{number}. " if number else "- ")

    def _break_line(self, tag: str) -> None:
        if self._after_bullet:
            return
        if tag in _PARAGRAPHS and not (tag in ("ul", "ol") and len(self._lists) > 1):
            self._line_ends = max(self._line_ends, 2)
        elif tag in _LINES:
            self._line_ends = max(self._line_ends, 1)

    def _write(self, text: str, *, joins: bool = False) -> None:
        """Write text after the line ends that are due; a joining space is not written at a line's start."""
        if self._unseen:
            return
        if self._line_ends and self._parts:
            self._parts.append("\n" * min(self._line_ends, 2))
        self._after_bullet = False
        at_start = self._line_ends > 0 or not self._parts or self._parts[-1][-1:] in (" ", "\n")
        self._line_ends = 0
        self._space = False
        self._parts.append(text[1:] if joins and at_start else text)
