"""What setting up an Ivinex account asks for: the portal, the login, the module ids, people's names for fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

from pydantic_settings import BaseSettings

from crm_mcp.asking.asks import Asks
from crm_mcp.asking.checking import find_problem, read_values
from crm_mcp.asking.crm_setup import LoginQuestion, Values
from crm_mcp.asking.field_naming import name_fields, sample
from crm_mcp.asking.pasted import split_address
from crm_mcp.errors import AuthenticationError, BadRequestError, CrmError
from crm_mcp.ivinex.account.module_check import find_module_problems
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.setup.module_questions import ModuleQuestions
from crm_mcp.ivinex.setup.module_search import FIRST_ID, FoundModule, is_refused_login
from crm_mcp.languages import Texts, said
from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_FORBIDDEN = 403


class IvinexSetup:
    """Sets up an Ivinex account; `open_client` makes a client of settings."""

    settings_class: type[BaseSettings] = IvinexSettings

    def __init__(self, open_client: Callable[[IvinexSettings, ConnectionPool], IvinexClient]) -> None:
        self._open_client = open_client

    def login_questions(self) -> Sequence[LoginQuestion]:
        """Return the portal and its login."""
        return (
            LoginQuestion(
                "url",
                _texts.text("Address of your Ivinex portal"),
                where=_texts.text(
                    "The address in your browser when you are signed in, such as https://demo.ivinex.com"
                ),
                read=lambda answer: {"url": split_address(answer)[0]},
            ),
            LoginQuestion("username", _texts.text("User name")),
            LoginQuestion("password", _texts.text("Password"), is_secret=True),
        )

    async def test_login(self, pool: ConnectionPool, values: Values) -> str:
        """Ask for one record; a refusal of the module, which is a guess, shows that the login works."""
        modules = cast("Mapping[str, str]", values.get("modules") or {})
        client = self._client(pool, values)
        try:
            await client.search_records(next(iter(modules.values()), str(FIRST_ID)), limit=1)
        except AuthenticationError as error:
            if error.status != _FORBIDDEN or await is_refused_login(client):
                raise
        except BadRequestError:
            return _texts.text("Ivinex answers.")
        return _texts.text("The login works.")

    async def ask_further(self, asks: Asks, pool: ConnectionPool, values: Values) -> Values:
        """Find the modules, have them named, then fields."""
        client = self._client(pool, values)
        before = cast("Mapping[str, str]", values.get("modules") or {})
        questions = ModuleQuestions(asks, client)
        modules = await questions.ask(before)
        await self._report(asks, client, modules)
        labels = await self._ask_labels(asks, questions.found, cast("Mapping[str, str]", values.get("labels") or {}))
        return {"modules": modules, "labels": labels}

    async def _report(self, asks: Asks, client: IvinexClient, modules: Mapping[str, str]) -> None:
        """Say what is wrong with the ids, and what cannot be done without some."""
        try:
            for problem in await find_module_problems(client, modules):
                asks.say(said(problem), "bad")
        except CrmError as error:
            asks.say(error.told, "bad")
        if not read_values(IvinexSettings, {"modules": modules}).has_notes:
            asks.say(
                _texts.text("Without contact and note among the modules the assistant cannot write notes."), "note"
            )

    async def _ask_labels(
        self, asks: Asks, found: Sequence[FoundModule], labels: Mapping[str, str]
    ) -> Mapping[str, str]:
        key = "ivinex.labels"
        if asks.knows(key):
            answer = await asks.text(
                key, _texts.text("Names of fields"), check=lambda text: find_problem(IvinexSettings, "labels", text)
            )
            return read_values(IvinexSettings, {"labels": answer}).labels
        examples: dict[str, list[object]] = {}
        for module in found:
            for name, value in (module.record or {"fields": {}})["fields"].items():
                examples.setdefault(name, []).append(value)
        if not examples:
            return labels
        asks.say(_texts.text("The assistant takes and shows your own names beside those of Ivinex."), "hint")
        question = _texts.text("Give fields names of your own?")
        if not await asks.confirm("ivinex.name_fields", question, default=False):
            return labels
        return await name_fields(asks, key, [sample(name, "", values) for name, values in examples.items()], labels)

    def first_question(self) -> str:
        """Return a question about contacts."""
        return _texts.text("Which contacts were added to Ivinex this month?")

    def suggest_name(self, values: Values) -> str:
        """Return the first part of the portal's host, unless that says nothing."""
        host = urlsplit(str(values.get("url", ""))).hostname or ""
        first = host.removeprefix("www.").partition(".")[0]
        return first if "." in host and not first.isdigit() else "ivinex"

    def _client(self, pool: ConnectionPool, values: Values) -> IvinexClient:
        return self._open_client(read_values(IvinexSettings, values), pool)
