"""The page `journal`: the newest entry first, with the reason of each refusal and each request as a curl command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mockserver.crm.api import ApiResponse
from mockserver.page.curl import build_curl
from mockserver.page.page_request import HEADERS, PageRequest
from mockserver.texts import mark
from mockserver.workspaces.journal import JournalEntry, Selection

SHOWN = 100
_OUTCOMES = {"": mark("All"), "refused": mark("Refused"), "fault": mark("With a fault"), "sent": mark("To webhooks")}


def handle_journal(request: PageRequest) -> ApiResponse:
    """Show `journal`, `journal/12`, `journal/export.har`, or `journal/rows?after=12`, which the page's script reads."""
    journal = request.workspace.journal
    rest = request.parts[1:]
    if request.http.method == "POST":
        journal.clear()
        return request.redirect("journal", done="cleared")
    if rest == ("rows",):
        return _send_rows(request)
    if rest == ("export.har",):
        return _send_archive(request)
    entries = journal.select(Selection())
    if not rest:
        chosen = _choose(request, entries)
        return request.render(
            "journal.html",
            entries=[show_entry(request, entry) for entry in reversed(chosen[-SHOWN:])],
            found=len(chosen),
            kept=len(entries),
            shown=SHOWN,
            outcomes=_OUTCOMES,
            last_id=entries[-1].id if entries else 0,
            done=request.query.get("done", ""),
        )
    entry = next((entry for entry in entries if rest == (str(entry.id),)), None)
    if entry is None:
        text = mark("The journal holds no entry of this number: it was cleared, or so much came after it that it went.")
        return request.refuse(404, request.texts.text("Not in the journal"), request.texts.text(text))
    return request.render(
        "entry.html",
        entry=show_entry(request, entry),
        parameters=entry.exchange.query,
        decoded=_decode(entry.exchange.query),
        body=_show_body(entry.exchange.body),
        response=_show_body(entry.exchange.response),
    )


def list_refused(request: PageRequest, limit: int) -> Sequence[Mapping[str, object]]:
    """Return the last requests that were refused, newest first."""
    refused = [entry for entry in request.workspace.journal.select(Selection()) if entry.exchange.reason]
    return [show_entry(request, entry) for entry in reversed(refused[-limit:])]


def show_entry(request: PageRequest, entry: JournalEntry) -> Mapping[str, object]:
    """Return what the templates show of an entry."""
    exchange = entry.exchange
    body = exchange.body.decode(errors="replace") or None
    base_url = exchange.sent_to or request.http.base_url
    return {
        "id": entry.id,
        "at": entry.at,
        "day": entry.at[:10],
        "time": entry.at[11:19],
        "took_ms": round(exchange.took_s * 1000),
        "method": exchange.method,
        "path": exchange.path,
        "target": _show_target(entry),
        "status": exchange.status,
        "reason": exchange.reason,
        "hints": [hint for hint in exchange.hints if hint not in exchange.reason],
        "fault": exchange.fault,
        "workspace": request.workspace.name,
        "sent_to": exchange.sent_to,
        "is_refused": is_refused(entry),
        "curl": build_curl(
            None if exchange.sent_to else request.workspace,
            base_url,
            exchange.method,
            exchange.path,
            exchange.query,
            body,
        ),
    }


def is_refused(entry: JournalEntry) -> bool:
    """Tell whether a request was refused, wholly or in part: Ivinex refuses single records with status 200."""
    return entry.exchange.status >= 400 or bool(entry.exchange.reason)


def _send_rows(request: PageRequest) -> ApiResponse:
    after = request.query.get("after", "")
    seen = int(after) if after.isascii() and after.isdigit() and len(after) < 15 else 0
    fresh = request.workspace.journal.select(Selection(since=seen))
    chosen = _choose(request, fresh)[-SHOWN:]
    html = request.render_text("rows.html", entries=[show_entry(request, entry) for entry in reversed(chosen)])
    headers = {**HEADERS, "X-Last-Id": str(fresh[-1].id if fresh else seen)}
    return ApiResponse(200, html.encode(errors="replace"), "text/html; charset=utf-8", headers=headers)


def _send_archive(request: PageRequest) -> ApiResponse:
    from mockserver.workspaces.har import export_har  # rarely asked for

    archive = export_har(request.workspace.journal.select(Selection()), request.http.base_url)
    name = f"crm-mock-{request.workspace.name}.har"
    return ApiResponse(200, archive, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'})


def _choose(request: PageRequest, entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    outcome, text = request.query.get("outcome", ""), request.query.get("text", "").strip().casefold()
    return [
        entry
        for entry in entries
        if not (outcome == "refused" and not is_refused(entry))
        and not (outcome == "fault" and not entry.exchange.fault)
        and not (outcome == "sent" and not entry.exchange.sent_to)
        and text in f"{entry.exchange.method} {_show_target(entry)} {entry.exchange.reason}".casefold()
    ]


def _show_target(entry: JournalEntry) -> str:
    query = "&".join(f"{name}={value}" for name, value in entry.exchange.query)
    return f"{entry.exchange.path}?{query}" if query else entry.exchange.path


def _decode(query: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the values of a query that are JSON, indented, by the value as it was sent."""
    values = [value for _, value in query if value[:1] in {"[", "{"}]
    return {value: _show_body(value.encode(errors="replace")) for value in values}


def _show_body(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
