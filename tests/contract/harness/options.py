"""Reads where a target is, its logins and what may be written there, from the options and the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.contract.harness.rules import CRMS
from tests.contract.harness.sandbox import Sandbox
from tests.contract.harness.target import DOCUMENTED_MODULES, LOGIN_VARIABLES, TargetSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contract.harness.accounts.account import Login

_PLACES = ("minicrm.module", "minicrm.contact", "ivinex.module")


class OptionError(Exception):
    """An option cannot be meant; the message says what to write instead."""


def read_target_settings(get: Callable[[str], Any], environment: Mapping[str, str] = os.environ) -> TargetSettings:
    """Return how to reach the target.

    Args:
        get: Returns an option by name.
        environment: The variables of the server: addresses, logins, modules.

    Raises:
        OptionError: An option, or half a login, cannot be meant.
    """
    target = str(get("target")).rstrip("/")
    if not target.startswith(("http://", "https://")):
        raise OptionError(f"--target {target}: write an address with http:// or https://")
    return TargetSettings(
        urls={crm: (environment.get(f"{crm.upper()}_URL") or target).rstrip("/") for crm in CRMS},
        logins=_read_logins(environment),
        ivinex_modules=_read_modules(environment.get("IVINEX_MODULES", "")),
        sandbox=_read_sandbox(get),
        requests_per_minute=get("requests_per_minute"),
    )


def _read_logins(environment: Mapping[str, str]) -> dict[str, Login]:
    logins: dict[str, Login] = {}
    for crm, names in LOGIN_VARIABLES.items():
        found = [environment.get(name, "") for name in names]
        if all(found):
            logins[crm] = (found[0], found[1])
        elif any(found):
            missing = next(name for name, value in zip(names, found, strict=True) if not value)
            raise OptionError(f"{missing} is not set, and the other half of {crm}'s login is")
    return logins


def _read_modules(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not name.strip() or not module.strip() for name, _, module in pairs):
        raise OptionError(f"IVINEX_MODULES={text}: write contact=1001,note=1002")
    return {name.strip(): module.strip() for name, _, module in pairs} or dict(DOCUMENTED_MODULES)


def _read_sandbox(get: Callable[[str], Any]) -> Sandbox:
    places: dict[str, str] = {}
    for text in get("sandbox") or ():
        place, _, place_id = str(text).partition("=")
        if place not in _PLACES or not place_id.isdigit():
            raise OptionError(f"--sandbox {text}: write one of {', '.join(f'{each}=ID' for each in _PLACES)}")
        places[place] = place_id
    if ("minicrm.module" in places) != ("minicrm.contact" in places):
        raise OptionError("--sandbox: minicrm.module and minicrm.contact go together, for a project needs both")
    if "ivinex.module" in places and not get("accept_leftovers"):
        raise OptionError("--sandbox ivinex.module=...: Ivinex documents no delete, so what the run makes stays; "
                          "--accept-leftovers says that it may")  # fmt: skip
    prefix = str(get("name_prefix") or "")
    if places and len(prefix) < 3:
        raise OptionError("--name-prefix: at least three characters, by which people know what the run made")
    return Sandbox(
        places=places,
        prefix=prefix,
        budget=int(get("write_budget") or 0),
        accepts_leftovers=bool(get("accept_leftovers")),
    )
