"""Every error that the server raises on purpose, as its text stands in the code, by the folder it comes from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import crm_mcp
from crm_mcp import errors

PACKAGE = Path(crm_mcp.__file__).parent
_TREE = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.CrmError)}
_TEXT_OF = ("text", "later", "ntext")
"""Methods that take a message by its English."""


def render_errors() -> str:
    """Return a heading for each room of the package, and a row for each text that is raised there."""
    rooms: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        rows = [f"| {kind} | {text} | {hint} |\n" for kind, text, hint in _read_errors(file)]
        room = "/".join(file.relative_to(PACKAGE).parts[:-1]) or "crm_mcp"
        rooms.setdefault(room, []).extend(row for row in rows if row not in rooms.get(room, []))
    head = "| error | text | next step |\n|---|---|---|\n"
    return "\n".join(f"## `{room}`\n\n{head}{''.join(rows)}" for room, rows in rooms.items() if rows)


def _read_errors(file: Path) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TREE and node.args:
            text = _as_text(node.args[0])
            hints = [_as_text(one.value) for one in node.keywords if one.arg == "hint"]
            if any(char.isalpha() for char in re.sub(r"\{\w+\}", "", text)):
                yield node.func.id, _cell(text), _cell(hints[0] if hints else "")


def _as_text(node: ast.expr) -> str:
    """Return a text as it stands in the code, with a name in braces, or ..., for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_as_text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name):
        return f"{{{node.value.id}}}"
    if isinstance(node, ast.BinOp):
        return _as_text(node.left) + _as_text(node.right)
    if isinstance(node, ast.IfExp):
        return _as_text(node.body)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TEXT_OF and node.args:
        return _as_text(node.args[0])
    return "..."


def _cell(text: str) -> str:
    escaped = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return escaped.replace("*", "\\*").replace("_", "\\_").replace("`", "\\`").replace("[", "\\[")
