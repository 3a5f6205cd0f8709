"""What operators see: the events of the log file, and the spans and metrics of OpenTelemetry."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

from crm_mcp.commands.audit.export import COLUMNS
from crm_mcp.telemetry import events
from crm_mcp.telemetry.otel.names import METRICS, SPANS

COLUMN_TEXTS = {
    "at": "when the request went out, UTC",
    "write_id": "the write of this record, as `undo_write` takes it",
    "call": "the call that it belongs to",
    "tool": "the tool",
    "kind": "what was written: `project`, `contact`, ...",
    "crm": "the CRM",
    "account": "the account's name in the settings file; empty where it has none",
    "account_id": "an opaque id of the login",
    "who": "the client's own name, and of a team's service the user: an opaque id, or the name in `CRM_MCP_LOGINS`",
    "record_id": "the record; empty for a new one whose id is not known",
    "outcome": "`sent`, `written`, `refused`, `unknown` or `skipped`",
    "asked": "whether a person was asked first",
    "undoes": "the call that this one takes back",
    "undone_by": "the write that took this one back",
}
_ARGUMENT = re.compile(r"^    (\w+): (.*?)(?=^    \w+: |\Z)", re.MULTILINE | re.DOTALL)


def render_events() -> str:
    """Return the events with their fields, as the functions of `events` have them."""
    functions = [one for name, one in vars(events).items() if inspect.isfunction(one) and _is_event(name, one)]
    return "\n".join(map(_render_event, functions))


def render_audit_columns() -> str:
    """Return the table of the columns of the exported audit."""
    assert list(COLUMN_TEXTS) == list(COLUMNS)
    rows = [f"| `{name}` | {text} |" for name, text in COLUMN_TEXTS.items()]
    return "\n".join(["| column | is |", "|---|---|", *rows, ""])


def render_opentelemetry() -> str:
    """Return the tables of spans and metrics."""
    spans = [f"| {name} | {kind} | {_listed(attributes)} |" for name, kind, attributes in SPANS]
    metrics = [
        f"| `{one.name}` | {one.kind} | `{one.unit}` | {one.meaning} | {_listed(one.attributes)} |" for one in METRICS
    ]
    return "\n".join(
        [
            *("| span, for example | kind | attributes |", "|---|---|---|", *spans, ""),
            *("| metric | kind | unit | what | split by |", "|---|---|---|---|---|", *metrics, ""),
        ]
    )


def _is_event(name: str, function: object) -> bool:
    return (
        not name.startswith("_")
        and getattr(function, "__module__", "") == events.__name__
        and all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in _parameters(function))
        and name != "start_clock"
    )


def _parameters(function: object) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())  # pyright: ignore[reportArgumentType]  # it is one


def _render_event(function: object) -> str:
    documentation = inspect.getdoc(function) or ""
    said = {name: " ".join(text.split()) for name, text in _ARGUMENT.findall(documentation)}
    rows = [f"| `{one.name}` | {said.get(one.name, '')} |" for one in _parameters(function)]
    name = getattr(function, "__name__", "")
    return "\n".join(
        [f"### `{name}`", "", documentation.partition("\n")[0], "", "| field | is |", "|---|---|", *rows, ""]
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
