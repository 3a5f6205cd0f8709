"""Plays a fixture's request over HTTP and holds the answer to the fixture, as `fixtures/README.md` says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx

from tests.contract.interactions import differences

if TYPE_CHECKING:
    from tests.contract.interactions import Interaction

LOGINS = {"ivinex": ("demo", "demo-password"), "minicrm": ("10001", "demo-api-key")}
"""The fake's logins where a seed names none."""


def new_http_client(url: str) -> httpx.Client:
    """Return a client for a server on this machine, whatever proxy the environment names."""
    return httpx.Client(base_url=url, trust_env=False, timeout=20)


def play(http: httpx.Client, interaction: Interaction) -> httpx.Response:
    """Send the fixture's request."""
    request = interaction.request
    content = request.get("raw_body")
    if content is None and request["body"] is not None:
        content = json.dumps(request["body"])
    return http.request(
        request["method"],
        request["path"],
        params=request["query"] or None,
        content=content,
        headers={} if content is None else {"Content-Type": "application/json"},
        auth=None if request.get("login") == "none" else LOGINS[interaction.crm],
    )


def envelope_differences(interaction: Interaction, answer: httpx.Response) -> list[str]:
    """List where status and media type differ, and a text that ought to be there but is not."""
    want = interaction.response
    found: list[str] = []
    if answer.status_code != want["status"]:
        found.append(f"status: wanted {want['status']}, got {answer.status_code}: {answer.text[:500]}")
    if interaction.body_kind == "any":
        return found
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != want["content_type"]:
        found.append(f"media type: wanted {want['content_type']}, got {media_type!r}")
    if interaction.body_kind == "text" and not answer.text.strip():
        found.append("body: wanted some text")
    return found


def answer_differences(interaction: Interaction, answer: httpx.Response) -> list[str]:
    """List every difference between the answer and the fixture's, volatile values aside."""
    found = envelope_differences(interaction, answer)
    if found or interaction.body_kind != "json":
        return found
    return differences(interaction.response["body"], answer.json(), interaction.volatile)
