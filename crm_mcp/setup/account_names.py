"""What an account is called: by this name tools and people choose it once there are several."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from crm_mcp.asking.asks import Asks
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


class AccountNames:
    """The names of the accounts that there are."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = {_folded(name) for name in taken}

    async def ask(self, asks: Asks, suggested: Sequence[str], crms: Collection[str]) -> str:
        """Return a name that is free; one that says more than the name of a CRM is offered first."""
        telling = [name for name in suggested if name not in crms]
        default = self._free(_slug([*telling, *suggested][0]))
        asks.say(
            _texts.text("Short, such as your company's name: it tells accounts apart once there are several."), "hint"
        )
        return await asks.text(
            "account",
            _texts.text("What shall this account be called?"),
            default=default,
            check=self._find_problem,
        )

    def _find_problem(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            return _texts.text("Use up to 32 letters from a to z, digits, - and _, without accents or spaces.")
        return _texts.text("There is an account of that name already.") if _folded(name) in self._taken else ""

    def _free(self, name: str) -> str:
        numbered = [name, *(f"{name}-{number}" for number in range(2, len(self._taken) + 3))]
        return next(one for one in numbered if _folded(one) not in self._taken)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.casefold()).strip("-_")[:28] or "crm"


def _folded(name: str) -> str:
    return name.casefold().replace("_", "-")
