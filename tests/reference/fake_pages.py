"""The control API of the fake from its OpenAPI document, the fixtures, and the rules of the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver.registry import CRMS
from tests.contract.harness.rules import all_rules

FIXTURES = Path(__file__).parents[2] / "fixtures"
_METHODS = ("get", "put", "post", "delete")


def render_control_api() -> str:
    """Return each endpoint with what it does, its parameters and its body."""
    document = json.loads((FIXTURES / "openapi" / "control.json").read_text(encoding="utf-8"))
    return "\n".join(
        _render_operation(document, method, path, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    )


def _render_operation(document: Any, method: str, path: str, operation: Mapping[str, Any]) -> str:
    told = f"{operation['summary']}. {operation.get('description', '')}".strip()
    text = f"### `{method.upper()} {path}`\n\n{' '.join(told.split())}\n"
    parameters = [_find(document, one) for one in operation.get("parameters", [])]
    if parameters:
        rows = [f"| `{one['name']}` | {' '.join(one.get('description', '').split())} |\n" for one in parameters]
        text += "\n| parameter | |\n|---|---|\n" + "".join(rows)
    return text


def _find(document: Any, node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    for key in node["$ref"].removeprefix("#/").split("/"):
        document = document[key]
    return document


def render_fixtures() -> str:
    """Return a table for each CRM: every fixture with its section and how request and answer are known."""
    return "\n".join(_render_fixtures_of(entry.name, entry.title) for entry in CRMS)


def _render_fixtures_of(crm: str, title: str) -> str:
    rows: list[str] = []
    for file in sorted((FIXTURES / crm).glob("*.json")):
        one = json.loads(file.read_text(encoding="utf-8"))
        source = one["source"]
        known = (source["provenance"], one["response"]["provenance"])
        cells = [f"`{file.stem}`", one["title"], f"{source['document']}: {source['section']}", *known]
        rows.append(f"| {' | '.join(_cell(cell) for cell in cells)} |\n")
    head = "| file | interaction | source | request is | answer is |\n|---|---|---|---|---|\n"
    return f"## {title}: {len(rows)} fixtures\n\n{head}{''.join(rows)}"


def render_rules() -> str:
    """Return a table for each CRM: every rule with its source and how it is known."""
    parts: list[str] = []
    for entry in CRMS:
        rules = [rule for rule in all_rules() if rule.crm == entry.name]
        rows = [f"| `{rule.id}` | {_cell(rule.title)} | {_cell(rule.source)} | {rule.provenance} |\n" for rule in rules]
        head = "| rule | says | source | is |\n|---|---|---|---|\n"
        parts.append(f"## {entry.title}: {len(rows)} rules\n\n{head}{''.join(rows)}")
    return "\n".join(parts)


def _cell(text: str) -> str:
    escaped = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("{", "&#123;")
    return escaped.replace("*", "\\*").replace("_", "\\_") if not escaped.startswith("`") else escaped
