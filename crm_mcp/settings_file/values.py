"""What stands behind a key of the settings file: text, a number, a table, or where a secret is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, time
from threading import Thread
from typing import cast

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.setting_names import given_variables

_said_texts = Texts(__file__)

KEYCHAIN_SERVICE = "crm-mcp-server"
"""What all entries of the keychain stand under."""
KEYCHAIN_WAIT_S = 20.0
"""How long a person may take to unlock it: hosts wait a minute, or half of one, for a server to start."""
_KEYCHAIN = "keychain"
_ENVIRONMENT = "env"
_TAKES_LISTS = ("toolsets", "allowed_hosts")


def read_value(key: str, value: object, kind: object) -> object:
    """Return a value as the environment would give it: text, but true and false, and tables where tables are wanted.

    Args:
        key: The setting.
        value: What the file says.
        kind: The type of the setting.

    Raises:
        ValueError: It is of the wrong type; the message does not repeat it.
        SettingsError: What it refers to cannot be read.
    """
    if isinstance(value, bool):
        return _flag(value, kind)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, list):
        return _list(key, cast("list[object]", value))
    if not isinstance(value, dict):
        return str(value).strip()
    table = cast("dict[str, object]", value)
    return _texts(table) if _wants_table(kind) else _follow(table)


def _wants_table(kind: object) -> bool:
    return str(kind).startswith("dict[")


def _flag(value: bool, kind: object) -> object:  # a value
    if kind is bool:
        return value
    raise ValueError(_said_texts.later("it is true or false; write text in quotes, or a number"))


def _list(key: str, values: Collection[object]) -> str:
    if key not in _TAKES_LISTS:
        raise ValueError(_said_texts.later("it is a list; write one value"))
    if not all(isinstance(one, str) and "," not in one for one in values):
        raise ValueError(_said_texts.later("it is a list of something else than texts without commas"))
    return ",".join(map(str, values))


def _texts(table: dict[str, object]) -> dict[str, str]:
    """Return a table as the environment's pairs, such as labels by field."""
    odd = [name for name, value in table.items() if isinstance(value, bool) or not isinstance(value, (str, int))]
    if odd:
        raise ValueError(_said_texts.later("{name} is neither text nor a number", name=odd[0][:60]))
    return {name.strip(): str(value).strip() for name, value in table.items()}


def _follow(table: dict[str, object]) -> str:
    """Return what a reference leads to."""
    ways: dict[str, Callable[[str], str]] = {_KEYCHAIN: read_keychain, _ENVIRONMENT: _read_variable}
    if len(table) == 1:
        (way, name), *_ = table.items()
        if way in ways and isinstance(name, str) and name.strip():
            return ways[way](name.strip())
    raise ValueError(
        _said_texts.later(
            "it is a table; write text, {keychain} or {env}",
            keychain='{ keychain = "entry" }',
            env='{ env = "VARIABLE" }',
        )
    )


def _read_variable(name: str) -> str:
    if found := given_variables("").get(name.upper()):
        return found.strip()
    raise SettingsError(
        _said_texts.later("the variable {name} is not set.", name=name[:60]),
        hint=_said_texts.later("Set it in the environment or in .env."),
    )


def read_keychain(entry: str) -> str:
    """Return a secret from the keychain of this machine.

    Raises:
        SettingsError: There is no such entry, or the keychain cannot be read.
    """
    try:
        found = _ask_keychain(entry)
    except Exception as error:  # noqa: BLE001  # each backend raises errors of its own
        raise SettingsError(
            _said_texts.later(
                "the keychain of this machine cannot be read for the entry {entry} ({why}).",
                entry=repr(entry[:60]),
                why=type(error).__name__,
            ),
            hint=_said_texts.later('Unlock it, or write { env = "VARIABLE" } in its place and set that variable.'),
        ) from None
    if not found:
        raise SettingsError(
            _said_texts.later(
                "the keychain has no entry {entry} of {service}.", entry=repr(entry[:60]), service=KEYCHAIN_SERVICE
            ),
            hint=_said_texts.later(
                "Run crm-mcp setup, or: keyring set {service} {entry}", service=KEYCHAIN_SERVICE, entry=entry[:60]
            ),
        )
    return str(found)


def _ask_keychain(entry: str) -> object:
    import keyring  # only where a file names an entry

    return within(KEYCHAIN_WAIT_S, lambda: keyring.get_password(KEYCHAIN_SERVICE, entry))


def within(wait_s: float, ask: Callable[[], object]) -> object:
    """Return what a keychain answers, in a thread: it may ask a person to unlock it, who is not there.

    Raises:
        TimeoutError: It did not answer.
    """
    answers: list[object] = []

    def answer() -> None:
        try:
            answers.append(ask())
        except Exception as error:  # noqa: BLE001  # each backend raises errors of its own
            answers.append(error)

    asking = Thread(target=answer, daemon=True)  # which holds up no end of the process either
    asking.start()
    asking.join(wait_s)
    if not answers:
        raise TimeoutError
    if isinstance(answers[0], Exception):
        raise answers[0]
    return answers[0]
