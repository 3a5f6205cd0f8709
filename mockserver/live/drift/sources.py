"""Where answers come from: a live account, the fake inside this process, or recordings. All are read in one way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx

from mockserver.crm.profiles import Profile, ProfileName
from mockserver.documents.strict_json import JsonError, parse_json
from mockserver.live.accounts import Account, CrmName
from mockserver.live.drift.ivinex import IvinexQuestions
from mockserver.live.drift.minicrm import SPARSE_SEED, MinicrmQuestions
from mockserver.live.drift.responses import Answer, CrmQuestions
from mockserver.live.http import BUSY, AccountLine
from mockserver.live.pacing import Pace
from mockserver.seeds import read_seed
from mockserver.server.app import create_app

LIVE_BREADTH, FAKE_BREADTH = 3, 30
_FAKE_URL = "http://127.0.0.1"
_LOGINS: Mapping[CrmName, tuple[str, str]] = {
    "ivinex": ("demo", "demo-password"),
    "minicrm": ("10001", "demo-api-key"),
}


class NotComparableError(Exception):
    """There is nothing to compare; the message says why, and what to do."""


async def ask_account(line: AccountLine, questions: CrmQuestions, *, breadth: int = LIVE_BREADTH) -> list[Answer]:
    """Ask an account everything, only reading.

    Raises:
        UnreachableError: An answer did not come.
        NotComparableError: The account refuses the login, or all requests.
    """
    answers: list[Answer] = []

    async def ask(endpoint: str, path: str, query: Mapping[str, str] | None = None) -> Answer:
        target = f"{path}?{urlencode(query)}" if query else path
        response = await line.send("GET", target.encode())
        _check_welcome(line.account, response, is_first=not answers)
        body = _read_body(response)
        answer = Answer(
            questions.tell_apart(endpoint, body),
            response.status_code,
            response.headers.get("content-type", "").partition(";")[0].strip().lower(),
            body,
            response.content if body is not None else None,
        )
        answers.append(answer)
        return answer

    await questions.ask(ask, breadth=breadth)
    return answers


def _check_welcome(account: Account, response: httpx.Response, *, is_first: bool) -> None:
    """Stop where no answer would tell anything of shapes."""
    status = response.status_code
    # One manual prints a refused login as 404.
    is_refused_as_404 = status == 404 and b"nauthorized" in response.content
    if status == 401 or (is_first and (status == 403 or is_refused_as_404)):
        raise NotComparableError(
            f"{account.title} refuses the login ({status}). Check it in the environment or in .env."
        )
    if status == BUSY:
        raise NotComparableError(f"{account.title} still answers 429, too many requests. Try again in some minutes.")
    if 300 <= status < 400:
        raise NotComparableError(f"{account.title} redirects ({status}), which is not followed. Check its address.")
    if is_first and status >= 400:
        raise NotComparableError(
            f"{account.title} answers {status} to the first question. Check its address and login."
        )


def _read_body(response: httpx.Response) -> object:
    if not response.is_success:
        return None
    try:
        return parse_json(response.content)
    except JsonError:
        return None


def choose_questions(crm: CrmName, module_ids: Iterable[str]) -> CrmQuestions:
    """Return what one CRM is asked.

    Args:
        crm: The CRM.
        module_ids: Ivinex: the modules to look at; MiniCRM tells its own.
    """
    return IvinexQuestions(module_ids) if crm == "ivinex" else MinicrmQuestions()


@cache
def ask_fake(crm: CrmName, profile: ProfileName) -> tuple[Answer, ...]:
    """Ask the fake everything, with each of its seeds and with one that shows what it leaves out."""
    seeds = [read_seed("demo"), read_seed("documented")] + ([SPARSE_SEED] if crm == "minicrm" else [])
    return tuple(answer for seed in seeds for answer in asyncio.run(_ask_one_fake(crm, profile, seed)))


async def _ask_one_fake(crm: CrmName, profile: ProfileName, seed: Mapping[str, Any]) -> list[Answer]:
    questions = choose_questions(crm, seed["ivinex"]["modules"] if crm == "ivinex" else ())
    app = create_app(seed, Profile(profile, switches={"requests-are-limited": False}))
    # The fake is an ASGI application, but for the type of its messages.
    transport = httpx.ASGITransport(app=cast("Any", app))
    try:
        async with httpx.AsyncClient(transport=transport) as client:
            account = Account(crm, _FAKE_URL, _LOGINS[crm])
            line = AccountLine(account, client, Pace(0), lambda _said: None)
            return await ask_account(line, questions, breadth=FAKE_BREADTH)
    finally:
        app.close()


def read_recordings(folder: Path, crm: CrmName, questions: CrmQuestions) -> list[Answer]:
    """Return the answers in a folder of recordings; requests that drift never makes are passed over.

    Raises:
        NotComparableError: The folder cannot be read, or a file in it is no fixture.
    """
    if not folder.is_dir():
        raise NotComparableError(f"There is no folder {str(folder)!r}. Name the one that crm-mock record wrote.")
    found = [_read_recording(path, crm, questions) for path in sorted(folder.rglob("*.json"))]
    return [answer for answer in found if answer is not None]


def _read_recording(path: Path, crm: CrmName, questions: CrmQuestions) -> Answer | None:
    try:
        fixture = json.loads(path.read_bytes())
        request, response = fixture["request"], fixture["response"]
        is_asked = request["method"] == "GET" and request.get("login") != "none"
        if not fixture["id"].startswith(f"{crm}/") or not is_asked:
            return None
        endpoint = questions.name_endpoint(request["path"], request["query"], response["status"], response["body"])
        answer = Answer(
            questions.tell_apart(endpoint, response["body"]),
            response["status"],
            response["content_type"],
            response["body"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotComparableError(
            f"{str(path)!r} is no fixture ({type(error).__name__}). Name a folder that holds recordings alone."
        ) from None
    return answer if endpoint else None
