"""Three records whose field `kind` is an option field, one record an option; two options have the same label."""

from __future__ import annotations

import httpx

LABELS = {"1": "Customer", "2": "Lead", "3": "Lead"}
ROWS = [
    {
        "collection_id": "8",
        "first_name": "Anna",
        "kind": "1",
        "email_1": "a@b.example",
        "about": "<p>Hi <b>you</b></p>",
    },
    {"collection_id": "9", "first_name": "Béla", "kind": "2", "email_1": None, "about": ""},
    {"collection_id": "10", "first_name": "Cili", "kind": "3", "email_1": None, "about": None},
]


def search_options(request: httpx.Request) -> httpx.Response:
    """Answer a search by the three records."""
    labelled = request.url.params.get("LookupOptionText") == "true"
    rows = [{**row, "kind": LABELS[str(row["kind"])]} if labelled else row for row in ROWS]
    return httpx.Response(200, json={"Records": rows[: int(request.url.params.get("Limit", "10"))]})
