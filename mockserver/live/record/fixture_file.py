"""Turns an interaction into a scrubbed fixture, valid by `fixtures/schema.json`, and writes it."""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from mockserver.documents.strict_json import JsonError, parse_json
from mockserver.live.json_style import describe_wire_form
from mockserver.live.record.interaction import Interaction
from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.scrubber import Scrubber

_LOGIN_REFUSED = frozenset({401, 403})
WHY_NO_CLIENT = "Recorded as some client sent it; which call makes this request is not known."
_NOTES = (
    "Recorded from a live account on {}, and scrubbed: names, texts, numbers, ids and dates have stand-ins of the same "
    "shape."
)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z.+-]+")


class NotRecordedError(Exception):
    """An interaction has no place in a fixture file; the message says why."""


class Recorder:
    """Writes the interactions with one account into a folder for its CRM below `folder`.

    `pseudonyms` have the scrubber's key. The files tell the day of recording, or `today`.
    """

    def __init__(
        self, crm: str, scrubber: Scrubber, pseudonyms: Pseudonyms, folder: Path, *, today: dt.date | None = None
    ) -> None:
        self._crm = crm
        self._scrubber = scrubber
        self._pseudonyms = pseudonyms
        self._folder = folder
        self._today = today

    def write(self, interaction: Interaction) -> str:
        """Write an interaction and return its id; the same request again replaces the file.

        Raises:
            NotRecordedError: A fixture cannot hold it.
            OSError: The file cannot be written.
        """
        fixture = self.build(interaction)
        path = self._folder / f"{fixture['id']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace_file(path, _format(fixture))
        return str(fixture["id"])

    def build(self, interaction: Interaction) -> dict[str, object]:
        """Return the fixture of an interaction.

        Raises:
            NotRecordedError: A fixture cannot hold it.
        """
        if interaction.has_login and interaction.status in _LOGIN_REFUSED:
            raise NotRecordedError("the account refused the login; check it")
        if len(dict(interaction.query)) < len(interaction.query):
            raise NotRecordedError("the request has a parameter twice, which a fixture cannot hold")
        body = _read_json(interaction.body)
        example = self._scrubber.find_example(interaction.method, interaction.path, interaction.query, body)
        mark = "" if interaction.status < 300 else f"-status-{interaction.status}"
        name = f"{example.number:02}-{example.slug}-{self._mark_request(interaction)}{mark}"
        return {
            "id": f"{self._crm}/{name}",
            "example": example.number,
            "title": f"Recorded: {interaction.method} {self._scrubber.scrub_path(interaction.path)}",
            "source": {
                "document": self._scrubber.document,
                "section": example.section,
                "provenance": "observed",
                "notes": _NOTES.format(self._today or dt.datetime.now().astimezone().date()),
            },
            "given": {},
            "request": self._build_request(interaction),
            "response": self._build_response(interaction),
            "volatile": [],
            "client": None,
            "why_no_client": WHY_NO_CLIENT,
        }

    def _mark_request(self, interaction: Interaction) -> str:
        """Return what tells this request from others, and tells nothing else without the key."""
        query = urlencode(sorted(interaction.query), errors="surrogatepass")
        body = interaction.body.decode("latin-1")
        return self._pseudonyms.digest("request", f"{interaction.method} {interaction.path}?{query} {body}")[:10]

    def _build_request(self, interaction: Interaction) -> dict[str, object]:
        request: dict[str, object] = {
            "method": interaction.method,
            "path": self._scrubber.scrub_path(interaction.path),
            "query": dict(self._scrubber.scrub_query(*pair) for pair in interaction.query),
        }
        body = _read_json(interaction.body)
        if interaction.body and body is None:
            request["raw_body"] = self._scrubber.scrub_text(interaction.body.decode(errors="replace"))
        else:
            request["body"] = self._scrubber.scrub_body(interaction.path, body)
        return request if interaction.has_login else {**request, "login": "none"}

    def _build_response(self, interaction: Interaction) -> dict[str, object]:
        media_type = interaction.content_type.partition(";")[0].strip().lower()
        response: dict[str, object] = {
            "status": interaction.status,
            "content_type": media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
            "body": None,
            "provenance": "observed",
        }
        notes = f"Content-Type as sent: {media_type or 'none'}."
        try:
            body = parse_json(interaction.response_body)
        except JsonError:
            kind = "text" if media_type.startswith("text/") and interaction.response_body else "any"
            return {**response, "body_kind": kind, "notes": f"{notes} The body was no JSON and is not kept."}
        response["body"] = self._scrubber.scrub_body(interaction.path, body)
        return {**response, "notes": f"{notes} {describe_wire_form(interaction.response_body)}"}


def _read_json(raw: bytes) -> object:
    try:
        return parse_json(raw) if raw else None
    except JsonError:
        return None


def _format(fixture: Mapping[str, object]) -> bytes:
    try:
        return (json.dumps(fixture, ensure_ascii=False, indent=2) + "\n").encode()
    except UnicodeEncodeError:  # half of a surrogate pair: in a parameter, since answers with one are not kept
        return (json.dumps(fixture, indent=2) + "\n").encode()


def _replace_file(path: Path, content: bytes) -> None:
    """Write a file as one step: whoever reads meanwhile sees the old one or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        part.write(content)
    try:
        Path(part.name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(part.name).unlink()
        raise
