"""Where responses come from: a live account, the fake inside this process, or recordings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx

from mockserver.crm.drift_questions import DriftQuestions, DriftResponse
from mockserver.crm.entry import CrmEntry
from mockserver.crm.profiles import Profile, ProfileName
from mockserver.documents.strict_json import JsonError, parse_json
from mockserver.live.accounts import Account
from mockserver.live.http import BUSY, AccountClient
from mockserver.live.pacing import Pace
from mockserver.seeds.load import read_seed
from mockserver.server.app import create_app

LIVE_BREADTH, FAKE_BREADTH = 3, 30
_FAKE_URL = "http://127.0.0.1"


class NotComparableError(Exception):
    """There is nothing to compare; the message says why, and what to do."""


async def ask_account(
    client: AccountClient, questions: DriftQuestions, *, breadth: int = LIVE_BREADTH
) -> list[DriftResponse]:
    """Ask an account everything, only reading.

    Raises:
        UnreachableError: A response did not come.
        NotComparableError: The account refuses the login, or all requests.
    """
    responses: list[DriftResponse] = []

    async def ask(endpoint: str, path: str, query: Mapping[str, str] | None = None) -> DriftResponse:
        target = f"{path}?{urlencode(query)}" if query else path
        received = await client.send("GET", target.encode())
        _check_welcome(client.account, received, is_first=not responses)
        body = _read_body(received)
        response = DriftResponse(
            questions.tell_apart(endpoint, body),
            received.status_code,
            received.headers.get("content-type", "").partition(";")[0].strip().lower(),
            body,
            received.content if body is not None else None,
        )
        responses.append(response)
        return response

    await questions.ask(ask, breadth=breadth)
    return responses


def _check_welcome(account: Account, response: httpx.Response, *, is_first: bool) -> None:
    """Stop where no response would tell anything of shapes."""
    status = response.status_code
    # One manual prints a refused login as 404.
    is_refused_as_404 = status == 404 and b"nauthorized" in response.content
    if status == 401 or (is_first and (status == 403 or is_refused_as_404)):
        problem = f"refuses the login ({status}). Check it in the environment or in .env."
    elif status == BUSY:
        problem = "still answers 429, too many requests. Try again in some minutes."
    elif 300 <= status < 400:
        problem = f"redirects ({status}), which is not followed. Check its address."
    elif is_first and status >= 400:
        problem = f"answers {status} to the first question. Check its address and login."
    else:
        return
    raise NotComparableError(f"{account.title} {problem}")


def _read_body(response: httpx.Response) -> object:
    if not response.is_success:
        return None
    try:
        return parse_json(response.content)
    except JsonError:
        return None


@cache
def ask_fake(entry: CrmEntry, profile: ProfileName) -> tuple[DriftResponse, ...]:
    """Ask the fake everything, with its seeds that hold data and with the CRM's sparse ones."""
    seeds = [read_seed("demo"), read_seed("documented"), *entry.sparse_seeds]
    return tuple(response for seed in seeds for response in asyncio.run(_ask_one_fake(entry, profile, seed)))


async def _ask_one_fake(entry: CrmEntry, profile: ProfileName, seed: Mapping[str, Any]) -> list[DriftResponse]:
    questions = entry.questions(seed.get(entry.name, {}).get("modules", ()))
    app = create_app(seed, Profile(profile, switches={"requests-are-limited": False}))
    # The fake is an ASGI application, but for the type of its messages.
    transport = httpx.ASGITransport(app=cast("Any", app))
    try:
        async with httpx.AsyncClient(transport=transport) as connection:
            account = Account(entry.name, _FAKE_URL, app.workspace.list_logins(entry.name)[0])
            client = AccountClient(account, connection, Pace(0), lambda _message: None)
            return await ask_account(client, questions, breadth=FAKE_BREADTH)
    finally:
        app.close()


def read_recordings(folder: Path, entry: CrmEntry) -> list[DriftResponse]:
    """Return the responses in a folder of recordings, but for those to requests that drift never makes.

    Raises:
        NotComparableError: The folder cannot be read, or a file in it is no fixture.
    """
    if not folder.is_dir():
        raise NotComparableError(f"There is no folder {str(folder)!r}. Name the one that crm-mock record wrote.")
    questions = entry.questions(())
    found = [_read_recording(path, entry, questions) for path in sorted(folder.rglob("*.json"))]
    return [response for response in found if response is not None]


def _read_recording(path: Path, entry: CrmEntry, questions: DriftQuestions) -> DriftResponse | None:
    try:
        fixture = json.loads(path.read_bytes())
        request, response = fixture["request"], fixture["response"]
        is_asked = request["method"] == "GET" and request.get("login") != "none"
        if not fixture["id"].startswith(f"{entry.name}/") or not is_asked:
            return None
        status, media_type, body = response["status"], response["content_type"], response["body"]
        endpoint = questions.name_endpoint(request["path"], request["query"], status, body)
        found = DriftResponse(questions.tell_apart(endpoint, body), status, media_type, body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotComparableError(
            f"{str(path)!r} is no fixture ({type(error).__name__}). Name a folder that holds recordings alone."
        ) from None
    return found if endpoint else None
