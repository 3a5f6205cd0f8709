"""Where secrets go: the keychain of this machine, and where there is none what the person chooses instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.languages import Texts
from crm_mcp.setup.keychain import Keychain

_texts = Texts(__file__)
Place = Literal["keychain", "file", "env"]


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """What the settings file says in place of a secret, and what is to be kept elsewhere.

    Attributes:
        reference: The value in the file; the secret itself only where that was the person's choice.
        entry: The entry of the keychain; empty where it is not kept there.
        variable: The variable to set; empty where it is not read from one.
    """

    reference: object
    entry: str = ""
    variable: str = ""


def place_secret(place: Place, account: str, crm: str, setting: str, secret: str) -> KeptSecret:
    """Return how one secret is kept."""
    entry = f"{account}.{crm}.{setting}"
    if place == "keychain":
        return KeptSecret({"keychain": entry}, entry=entry)
    if place == "env":
        variable = name_variable(entry)
        return KeptSecret({"env": variable}, variable=variable)
    return KeptSecret(secret)


def name_variable(entry: str) -> str:
    """Return a variable for an entry that is no setting of this server, nor near one."""
    return "SECRET_" + re.sub(r"[^A-Z0-9]+", "_", entry.upper())


async def choose_place(asks: Asks, keychain: Keychain) -> Place:
    """Return where secrets are to go; nobody is asked where the keychain works, unless an answer was given."""
    problem = keychain.find_problem()
    key = "secrets"
    if not problem and not asks.knows(key):
        asks.say(_texts.text("Your password or key goes into the keychain of this machine, not into a file."), "good")
        return "keychain"
    choices = [
        *([] if problem else [Choice("keychain", _texts.text("In the keychain of this machine"))]),
        Choice("file", _texts.text("In the settings file")),
        Choice("env", _texts.text("In an environment variable that I set")),
    ]
    if problem:
        asks.say(
            _texts.text(
                "This machine has no keychain that works ({problem}), as is usual without a desktop.", problem=problem
            ),
            "note",
        )
    asks.say(
        _texts.text("In the file it is plain text, but other users of this machine cannot read it (mode 0600)."), "hint"
    )
    return cast("Place", await asks.choose(key, _texts.text("Where shall the password or key be kept?"), choices))


def read_secret(reference: object, keychain: Keychain, variables: Callable[[], Mapping[str, str]]) -> str:
    """Return the secret that a value of the settings file stands for; empty where it cannot be had."""
    if not isinstance(reference, Mapping):
        return str(reference or "")
    table = cast("Mapping[str, object]", reference)
    if "keychain" in table:
        return keychain.read(str(table["keychain"]))
    return variables().get(str(table.get("env", "")).upper(), "")


def entries_of(settings: Mapping[str, object]) -> list[str]:
    """Return the entries of the keychain that settings of one CRM name."""
    tables = [cast("Mapping[str, object]", one) for one in settings.values() if isinstance(one, Mapping)]
    return [str(one["keychain"]) for one in tables if set(one) == {"keychain"}]
