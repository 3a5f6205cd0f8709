"""Setting and removing one value of a JSON text, and leaving every other character as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from crm_mcp.hosts.documents.json_tree import Member, Node, UnreadableError, line_of, parse
from crm_mcp.hosts.documents.values import mapping_of
from crm_mcp.languages import Texts

_texts = Texts(__file__)

_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n([ \t]*)$")


@dataclass(frozen=True, slots=True)
class _Style:
    indent: str
    """Empty where the text stands on one line."""
    newline: str
    after_colon: str


def read(text: str) -> dict[str, object]:
    """Return what a text holds.

    Raises:
        UnreadableError: It is no JSON, or no object.
    """
    return _values(text, parse(text))


def set_value(text: str, path: Sequence[str], value: object) -> str:
    """Return the text with a value at a path; what is missing on the way is made, a null there is replaced.

    Raises:
        UnreadableError: It is no JSON, or something on the way is no object or stands twice.
    """
    root = parse(text, path)
    _values(text, root)
    style = _style_of(text, root)
    node = root
    for depth, key in enumerate(path):
        found = _member(text, node, key)
        if found is None:
            return _insert(text, node, key, _nested(path[depth + 1 :], value), style)
        node = found.node
        if depth == len(path) - 1 or node.value is None:
            new = _nested(path[depth + 1 :], value)
            return text[: node.start] + _dump(new, style, _indent_at(text, found.start)) + text[node.end :]
        _values(text, node)
    return text


def remove_value(text: str, path: Sequence[str]) -> str:
    """Return the text without the value at a path; comments stay.

    Raises:
        UnreadableError: It is no JSON, or something on the way is no object or stands twice.
    """
    node = parse(text, path)
    for key in path[:-1]:
        _values(text, node)
        found = _member(text, node, key)
        if found is None:
            return text
        node = found.node
    _values(text, node)
    found = _member(text, node, path[-1])
    return text if found is None else _cut(text, node, found)


def _values(text: str, node: Node) -> dict[str, object]:
    if not isinstance(node.value, dict):
        raise UnreadableError(_texts.later("an object in braces is wanted here"), line_of(text, node.start))
    return mapping_of(cast("object", node.value))


def _member(text: str, node: Node, key: str) -> Member | None:
    found = [member for member in node.members if member.key == key]
    if len(found) > 1:
        raise UnreadableError(
            _texts.later("{key} stands twice, and only the last counts", key=json.dumps(key)),
            line_of(text, found[1].start),
        )
    return found[0] if found else None


def _nested(path: Sequence[str], value: object) -> object:
    for key in reversed(path):
        value = {key: value}
    return value


def _insert(text: str, node: Node, key: str, value: object, style: _Style) -> str:
    """Return the text with one more member at the end of an object."""
    if node.start == node.end:  # nothing but comments and white space: the whole object is new
        whole = _dump({key: value}, style, "")
        before = text if not text.strip() or text.endswith("\n") else text + style.newline
        return (before if text.strip() else "") + whole + style.newline
    inner, outer = _indents(text, node, style)
    member = f"{json.dumps(key, ensure_ascii=False)}:{style.after_colon}{_dump(value, style, inner)}"
    lead = style.newline + inner if style.indent else ""
    if not node.members:
        close = style.newline + outer if style.indent else ""
        content = text[node.start + 1 : node.end - 1].rstrip()
        return text[: node.start + 1] + content + lead + member + close + text[node.end - 1 :]
    last = node.members[-1].node.end
    has_comma = node.comma_after_last >= 0
    end = _end_of_comments(text, max(last, node.comma_after_last), node.end - 1)
    lead = lead or style.after_colon
    if has_comma:
        return text[:end] + lead + member + "," + text[end:]
    return text[:last] + "," + text[last:end] + lead + member + text[end:]


def _end_of_comments(text: str, begin: int, end: int) -> int:
    """Return where the last comment of what lies between an object's last member and its end ends."""
    return max((found.end() for found in _COMMENT.finditer(text, begin, end)), default=begin)


def _cut(text: str, node: Node, member: Member) -> str:
    """Return the text without a member, its comma, and the line where it stood alone."""
    if len(node.members) == 1 and not _COMMENT.search(
        text[node.start : member.start] + text[member.node.end : node.end]
    ):
        return text[: node.start] + "{}" + text[node.end :]
    position = node.members.index(member)
    is_last = position == len(node.members) - 1
    start, end = member.start, member.node.end
    if not is_last:
        end = text.index(",", _after_comments(text, end)) + 1
    elif node.comma_after_last >= 0:
        end = node.comma_after_last
    start, end = _whole_lines(text, start, end)
    if is_last and node.comma_after_last < 0 and position:
        comma = text.index(",", _after_comments(text, node.members[position - 1].node.end))
        return text[:comma] + text[comma + 1 : start] + text[end:]
    return text[:start] + text[end:]


def _after_comments(text: str, place: int) -> int:
    """Return where a comma can be looked for from a value's end: past comments, which may hold one themselves."""
    while True:
        found = re.compile(r"[ \t\r\n]*(?://[^\r\n]*|/\*.*?\*/)", re.DOTALL).match(text, place)
        if not found:
            return place
        place = found.end()


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a part to the line break and the indentation before it, where nothing else stands on its lines."""
    before = re.compile(r"\r?\n[ \t]*$").search(text, 0, start) if text[:start].rstrip(" \t").endswith("\n") else None
    after = re.compile(r"[ \t]*(?=\r?\n|\}|$)").match(text, end)
    if before and after:
        return before.start(), after.end()
    spaces = re.compile(r"[ \t]*").match(text, end)
    return start, spaces.end() if spaces and not before else end


def _style_of(text: str, root: Node) -> _Style:
    newline = "\r\n" if "\r\n" in text else "\n"
    spaced = re.search(r'":( ?)\S', text)
    after_colon = spaced.group(1) if spaced else " "
    if root.members and "\n" not in text[root.start : root.members[0].start]:
        return _Style("", newline, after_colon)
    indent = _indent_at(text, root.members[0].start) if root.members else ""
    return _Style(indent or "  ", newline, " ")


def _indent_at(text: str, place: int) -> str:
    """Return the white space that the line of a place begins with."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indents(text: str, node: Node, style: _Style) -> tuple[str, str]:
    """Return the indentation of an object's members, and of its end."""
    outer = _indent_at(text, node.start)
    if node.members and "\n" in text[node.start : node.members[0].start]:
        return _indent_at(text, node.members[0].start), outer
    return outer + style.indent, outer


def _dump(value: object, style: _Style, indent: str) -> str:
    if not style.indent:
        separators = (", " if style.after_colon else ",", f":{style.after_colon}")
        return json.dumps(value, ensure_ascii=False, separators=separators)
    lines = json.dumps(value, ensure_ascii=False, indent=style.indent).split("\n")
    return (style.newline + indent).join(lines)
