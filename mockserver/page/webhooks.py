"""The page `webhooks`: where changes are sent, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mockserver.crm.api import ApiResponse
from mockserver.page.curl import build_control_curl
from mockserver.page.page_request import PageRequest, in_english
from mockserver.registry import CRMS
from mockserver.texts import mark
from mockserver.workspaces.webhooks.delivery import MOST_TRIES
from mockserver.workspaces.webhooks.webhook import WebhookError, parse_webhooks

_EXAMPLE_URL = "http://127.0.0.1:9000/changed"
_EXAMPLE_FIELDS = "StatusId, UserId"
_MOST_SHOWN = 50
_KINDS = tuple(kind for entry in CRMS for kind in entry.webhook_kinds)
_STATES = {
    "pending": mark("not sent yet"),
    "waiting": mark("failed, to be tried again"),
    "delivered": mark("delivered"),
    "given_up": mark("given up"),
}


def handle_webhooks(request: PageRequest) -> ApiResponse:
    """Show `webhooks`, or carry out `webhooks/add` or `webhooks/clear`."""
    if request.http.method != "POST":
        return _render(request) if not request.action else request.redirect("webhooks")
    if request.action == "clear":
        request.workspace.webhooks.clear()
    elif request.action == "add":
        form = request.read_form()
        try:
            _add(request, form)
        except WebhookError as error:
            return _render(request, status=422, error=in_english(str(error).removeprefix("[0].")), form=form)
    else:
        return request.refuse_action()
    return request.redirect("webhooks", done=request.action)


def _add(request: PageRequest, form: Mapping[str, str]) -> None:
    webhooks = request.workspace.webhooks
    given = {
        "url": form.get("url", "").strip(),
        "kinds": form.get("kind", ""),
        "category_id": form.get("category_id", "").strip(),
        "fields": [name.strip() for name in form.get("fields", "").split(",") if name.strip()],
    }
    for webhook in parse_webhooks([given], webhooks.hosts):
        webhooks.add(webhook)


def _render(
    request: PageRequest, *, status: int = 200, error: str = "", form: Mapping[str, str] | None = None
) -> ApiResponse:
    webhooks = request.workspace.webhooks
    example = json.dumps([{"url": _EXAMPLE_URL}])
    return request.render(
        "webhooks.html",
        status=status,
        webhooks=webhooks.show(),
        deliveries=list(reversed(webhooks.list_deliveries(limit=_MOST_SHOWN))),
        states=_STATES,
        most_tries=MOST_TRIES,
        most_shown=_MOST_SHOWN,
        kinds=_KINDS,
        hosts=sorted(webhooks.hosts),
        example_url=_EXAMPLE_URL,
        example_fields=_EXAMPLE_FIELDS,
        command=build_control_curl(request, "PUT", "webhooks", "--data-raw", f"'{example}'"),
        error=error,
        form=form or {},
        done=request.query.get("done", ""),
    )
