"""What setting up a MiniCRM account asks for: the login, who "me" is, people's names for fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from pydantic_settings import BaseSettings

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.asking.checking import find_problem, read_values
from crm_mcp.asking.crm_setup import LoginQuestion, Values
from crm_mcp.asking.field_naming import name_fields
from crm_mcp.asking.pasted import split_address, without_spaces
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import CrmError, InputError
from crm_mcp.languages import Texts
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.settings import MinicrmSettings
from crm_mcp.minicrm.setup.field_samples import sample_fields
from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_NOBODY = ""
_SYSTEM = re.compile(r"/([0-9]+)(?:/|$)", re.ASCII)


class MinicrmSetup:
    """Sets up a MiniCRM account; `open_account` makes a client and a directory of settings."""

    settings_class: type[BaseSettings] = MinicrmSettings

    def __init__(
        self, open_account: Callable[[MinicrmSettings, ConnectionPool], tuple[MinicrmClient, Directory]]
    ) -> None:
        self._open_account = open_account

    def login_questions(self) -> Sequence[LoginQuestion]:
        """Return the server, the system and its key."""
        return (
            LoginQuestion(
                "url",
                _texts.text("Address of MiniCRM"),
                where=_texts.text("For nearly everybody the one that is offered: press Enter."),
                default=str(MinicrmSettings.model_fields["url"].default),
                read=_read_address,
            ),
            LoginQuestion(
                "system_id",
                _texts.text("System ID"),
                where=_texts.text(
                    "A number: it follows r3.minicrm.hu/ in the address of your MiniCRM; you can paste all of it."
                ),
                read=_read_system_id,
                wanted=_texts.text("It is a number, such as 10001."),
            ),
            LoginQuestion(
                "api_key",
                _texts.text("API key"),
                where=_texts.text("In MiniCRM: Settings > System > Create new API key."),
                is_secret=True,
                read=lambda answer: {"api_key": without_spaces(answer)},
            ),
        )

    async def test_login(self, pool: ConnectionPool, values: Values) -> str:
        """Ask for the modules."""
        _, directory = self._open(pool, values)
        names = [quote_text(name) for name in (await directory.modules()).values()]
        return _texts.ntext(
            "The login works: there is {count} module ({names}).",
            "The login works: there are {count} modules ({names}).",
            len(names),
            names=", ".join(names),
        )

    async def ask_further(self, asks: Asks, pool: ConnectionPool, values: Values) -> Values:
        """Ask who "me" is, and for names of fields."""
        client, directory = self._open(pool, values)
        user = await self._ask_user(asks, directory, str(values.get("user", "")))
        labels = await self._ask_labels(asks, client, directory, cast("Mapping[str, str]", values.get("labels") or {}))
        return {"user": user, "labels": labels}

    async def _ask_user(self, asks: Asks, directory: Directory, before: str) -> str:
        try:
            with asks.working(_texts.text("Reading the users of the account...")):
                users = (await directory.merged_project_schema())["users"]
        except CrmError as error:
            asks.say(_texts.text("The users cannot be read: {error}", error=error.told), "bad")
            return before
        if not users:
            return before
        names = list(users.values())
        value_of = {one: name if names.count(name) == 1 else one for one, name in users.items()}
        choices = [
            *(Choice(value_of[one], quote_text(name)) for one, name in users.items()),
            Choice(_NOBODY, _texts.text("None of them, or I would rather not say")),
        ]
        question = _texts.text("Which user are you? (so that \u201cmy tasks\u201d finds yours)")
        return await asks.choose("minicrm.user", question, choices, default=_known(before, users, value_of))

    async def _ask_labels(
        self, asks: Asks, client: MinicrmClient, directory: Directory, labels: Mapping[str, str]
    ) -> Mapping[str, str]:
        key = "minicrm.labels"
        if asks.knows(key):
            answer = await asks.text(
                key, _texts.text("Names of fields"), check=lambda text: find_problem(MinicrmSettings, "labels", text)
            )
            return read_values(MinicrmSettings, {"labels": answer}).labels
        asks.say(
            _texts.text(
                "The API knows your own fields only as Int1201 and the like. With names, the assistant knows them too."
            ),
            "hint",
        )
        if not await asks.confirm("minicrm.name_fields", _texts.text("Name your fields now?"), default=False):
            return labels
        try:
            with asks.working(_texts.text("Reading the fields with a few examples...")):
                fields = await sample_fields(client, directory)
        except CrmError as error:
            asks.say(_texts.text("The fields cannot be read: {error}", error=error.told), "bad")
            return labels
        if not fields:
            asks.say(_texts.text("The account has no fields of its own."), "note")
            return labels
        return await name_fields(asks, key, fields, labels)

    def first_question(self) -> str:
        """Return a question about tasks."""
        return _texts.text("Which open tasks do I have in MiniCRM this week?")

    def suggest_name(self, values: Values) -> str:
        """Return the CRM's name: no response tells the company's."""
        del values
        return "minicrm"

    def _open(self, pool: ConnectionPool, values: Values) -> tuple[MinicrmClient, Directory]:
        return self._open_account(read_values(MinicrmSettings, values), pool)


def _read_address(answer: str) -> dict[str, str]:
    """Return the server, and the system where its number stands in the address as in that of a browser."""
    address, path = split_address(answer)
    system = _SYSTEM.match(path)
    return {"url": address, "system_id": system[1]} if system else {"url": address}


def _read_system_id(answer: str) -> dict[str, str]:
    """Return the number, also out of an address of MiniCRM, which then is the server's."""
    number = without_spaces(answer).removeprefix("#")
    if number.isascii() and number.isdigit():
        return {"system_id": number}
    found = _read_address(answer)
    return found if "system_id" in found else {}


def _known(before: str, users: Mapping[str, str], value_of: Mapping[str, str]) -> str:
    """Return the choice that the settings name so far; none where there is no such user any more."""
    try:
        return value_of[resolve_choice("user", before, users, by_part=True)] if before else _NOBODY
    except InputError:
        return _NOBODY
