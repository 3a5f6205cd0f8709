"""The questions about one account of one CRM: a login, tested at once, and what can be asked once it works."""

from __future__ import annotations

from collections.abc import Mapping

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.asking.checking import find_odd, find_problem
from crm_mcp.asking.crm_setup import CrmSetup, LoginQuestion, Values
from crm_mcp.errors import AuthenticationError, CrmError
from crm_mcp.languages import Texts
from crm_mcp.setup.connections import Connections
from crm_mcp.setup.login_failures import explain_failure

_texts = Texts(__file__)


class AccountQuestions:
    """Asks for an account of one CRM.

    Args:
        asks: Who asks.
        name: The CRM's name.
        title: The CRM's name for people.
        setup: What the CRM brings.
        connections: Opens connections to it.
    """

    def __init__(self, asks: Asks, name: str, title: str, setup: CrmSetup, connections: Connections) -> None:
        self._asks = asks
        self._name = name
        self._title = title
        self._setup = setup
        self._connections = connections

    async def ask(self, before: Values) -> dict[str, object]:
        """Return the settings of the account, secrets in clear; those of `before` that nobody changed among them.

        Args:
            before: What was set so far, secrets in clear where they could be read.
        """
        self._asks.say(self._title, "heading")
        values = await self._log_in(before)
        async with self._connections.patient() as pool:
            return values | dict(await self._setup.ask_further(self._asks, pool, values))

    async def _log_in(self, before: Values) -> dict[str, object]:
        values = dict(before)
        is_to_ask = True
        while True:
            if is_to_ask:
                await self._ask_login(values)
            try:
                async with self._connections.hasty() as pool:
                    with self._asks.working(_texts.text("Signing in to {crm}...", crm=self._title)):
                        told = await self._setup.test_login(pool, values)
            except CrmError as error:
                is_to_ask = await self._explain(error, values)
            else:
                self._asks.say(told, "good")
                return values

    async def _explain(self, error: CrmError, values: dict[str, object]) -> bool:
        """Say why the login did not work; return whether it is to be asked for again."""
        questions = self._setup.login_questions()
        for sentence in explain_failure(self._title, error, questions, values):
            self._asks.say(sentence, "bad")
        if isinstance(error, AuthenticationError):
            for question in questions:
                if question.is_secret:
                    values.pop(question.name, None)
            return True
        choices = [
            Choice("ask", _texts.text("Correct what I typed")),
            Choice("again", _texts.text("Try again as it is")),
        ]
        answer = await self._asks.choose(f"{self._name}.after_failure", _texts.text("What now?"), choices)
        return answer == "ask"

    async def _ask_login(self, values: dict[str, object]) -> None:
        """Ask for the login; what an answer says beside is offered for the next question."""
        for question in self._setup.login_questions():
            answer = await self._ask_one(question, str(values.get(question.name) or ""))
            found = question.settings_of(answer)
            if found[question.name] != answer and not question.is_secret:
                self._asks.say(_texts.text("Taken from it: {value}", value=found[question.name]))
            values |= found

    async def _ask_one(self, question: LoginQuestion, before: str) -> str:
        key = f"{self._name}.{question.name}"
        if question.where:
            self._asks.say(question.where, "hint")

        def check(answer: str) -> str:
            return self._find_problem(question, answer)

        if not question.is_secret:
            return await self._asks.text(key, question.question, default=before or question.default, check=check)
        if not before:
            return await self._asks.secret(key, question.question, check=check)
        kept = _texts.text("{question} (Enter keeps the present one)", question=question.question)
        return await self._asks.secret(key, kept, check=lambda answer: check(answer) if answer else "") or before

    def _find_problem(self, question: LoginQuestion, answer: str) -> str:
        """Return what is wrong with an answer; a secret may look odd, which is told once it is refused."""
        if not answer:
            return _texts.text("It is needed: without it nobody can sign in.")
        value = question.settings_of(answer).get(question.name)
        if value is None:
            return question.wanted
        problem = find_problem(self._setup.settings_class, question.name, value)
        return problem or ("" if question.is_secret else find_odd(value))


def secrets_among(setup: CrmSetup, values: Mapping[str, object]) -> dict[str, str]:
    """Return the secrets among the settings of one CRM."""
    names = {question.name for question in setup.login_questions() if question.is_secret}
    return {name: str(value) for name, value in values.items() if name in names and value}
