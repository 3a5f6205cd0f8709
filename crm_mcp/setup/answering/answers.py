"""Answers from a JSON file, for scripts: `{"language": "hu", "minicrm": {"system_id": "10001", ...}}`.

A question without an answer takes what a person would be offered; one that has nothing to offer is an error, and so is
a second question of the same name: what was answered did not work, perhaps with other answers, as is said beside it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from crm_mcp.asking.asks import Asks, Check, Choice, Tone, anything
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts, mark

_texts = Texts(__file__)
_CORRECT = mark("Correct the answers, then run this again.")


class AnswersError(SettingsError):
    """The answers lack one, or one is refused."""


class Answers(Asks):
    """Answers by name.

    Args:
        answers: By name; those of one CRM may stand in an object of its own.
        tell: Prints a line.

    Raises:
        AnswersError: They are no object.
    """

    def __init__(self, answers: object, tell: Callable[[str], None]) -> None:
        if not isinstance(answers, Mapping):
            raise AnswersError(_texts.later("The answers are no JSON object."))
        self._answers = dict(_flat(cast("Mapping[str, object]", answers)))
        self._tell = tell
        self._used = {"language"}  # not asked for where the command names one

    @property
    def unused(self) -> list[str]:
        """The names of answers that nothing asked for."""
        return [key for key in self._answers if key not in self._used]

    def knows(self, key: str) -> bool:
        """Whether there is an answer of this name."""
        return key in self._answers

    async def text(self, key: str, question: str, *, default: str = "", check: Check = anything) -> str:
        """Return the answer, or the default."""
        return self._answer(key, question, default, check)

    async def secret(self, key: str, question: str, *, check: Check = anything) -> str:
        """Return the answer."""
        return self._answer(key, question, "", check)

    async def choose(self, key: str, question: str, choices: Sequence[Choice], *, default: str = "") -> str:
        """Return the answer, or what is offered."""
        values = [one.value for one in choices]
        by_label = {one.label.casefold(): one.value for one in choices}

        def check(answer: str) -> str:
            return (
                ""
                if answer in values or answer.casefold() in by_label
                else _texts.text("It is none of {values}.", values=", ".join(filter(None, values)))
            )

        answer = self._answer(key, question, default if default in values else values[0], check)
        return answer if answer in values else by_label[answer.casefold()]

    async def choose_some(
        self, key: str, question: str, choices: Sequence[Choice], *, ticked: Sequence[str] = ()
    ) -> list[str]:
        """Return those that are named, by commas or in a list; none unless some are."""
        del ticked
        values = [one.value for one in choices]
        named = [one.strip() for one in self._answer(key, question, "", anything).split(",") if one.strip()]
        if odd := [one for one in named if one not in values]:
            raise AnswersError(
                _texts.later(
                    "{key}: {answer} is none of {values}.", key=key, answer=repr(odd[0][:60]), values=", ".join(values)
                )
            )
        return named

    async def confirm(self, key: str, question: str, *, default: bool) -> bool:
        """Return the answer, or what is offered."""
        choices = [Choice("true", "yes"), Choice("false", "no")]
        return await self.choose(key, question, choices, default=str(default).lower()) == "true"

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Print it, unless it only helps to answer."""
        if tone == "hint":
            return
        self._tell(f"! {text}" if tone in ("bad", "note") else text)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Print them."""
        for row in rows:
            self._tell("  ".join(row))

    def working(self, text: str) -> contextlib.AbstractContextManager[None]:
        """Show nothing."""
        del text
        return contextlib.nullcontext()

    def _answer(self, key: str, question: str, default: str, check: Check) -> str:
        if key in self._used - {"language"}:
            raise AnswersError(
                _texts.later("{key} would be asked again: something did not work, as said above.", key=key),
                hint=_texts.later(_CORRECT),
            )
        self._used.add(key)
        answer = self._answers.get(key, default)
        if problem := check(answer):
            if key in self._answers:
                raise AnswersError(f"{key}: {problem}", hint=_texts.later(_CORRECT))
            raise AnswersError(
                _texts.later("There is no answer to {key} ({question}).", key=key, question=question),
                hint=_texts.later(_CORRECT),
            )
        return answer


def read_answers(text: str) -> object:
    """Return the answers that a JSON text holds.

    Raises:
        AnswersError: It is no JSON; the message repeats nothing of it.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            raise AnswersError(_texts.later("The answers are not JSON (line {line}).", line=error.lineno)) from None
        raise AnswersError(_texts.later("The answers are not JSON.")) from None


def _flat(answers: Mapping[str, object]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in answers.items():
        if not isinstance(value, Mapping):
            flat[key] = _text(value)
            continue
        for name, one in cast("Mapping[str, object]", value).items():
            flat[f"{key}.{name}"] = _text(one)
    return flat


def _text(value: object) -> str:
    """Return an answer as a person would type it: pairs of a table, parts of a list, with commas between."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ",".join(f"{name}={one}" for name, one in cast("Mapping[str, object]", value).items())
    if isinstance(value, list):
        return ",".join(map(str, cast("list[object]", value)))
    return "" if value is None else str(value).strip()
