"""What the environment says about the Ivinex account: `IVINEX_...`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, ClassVar, cast

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from crm_mcp.crm.name_matching import folded, nearest
from crm_mcp.errors import UnknownModuleError
from crm_mcp.languages import Texts
from crm_mcp.setting_values import BaseUrl, Labels
from crm_mcp.settings import EnvironmentSettings, environment

_texts = Texts(__file__)

CONTACT = "contact"
"""What the module of contacts is called."""
_SHORTEST_PART = 3
PAGES_AT_ONCE = 8
"""Most pages in flight at a time, and so most that are asked for behind the end of a search."""
NOTE = "note"
"""What the module of notes is called."""


def _modules(given: object) -> object:
    """Read `contact=1001,note=1002`, or a table of the same."""
    pairs: Iterable[tuple[str, str]]
    if isinstance(given, Mapping):
        pairs = [(str(name), str(number)) for name, number in cast("Mapping[object, object]", given).items()]
    elif isinstance(given, str):
        pairs = [
            (name.strip(), number.strip() if equals else "")
            for name, equals, number in (part.partition("=") for part in given.split(",") if part.strip())
        ]
    else:
        return given
    modules: dict[str, str] = {}
    for name, module_id in pairs:
        if not (name and module_id.isascii() and module_id.isdigit()):
            raise ValueError(_texts.later("write it as name=id pairs, such as contact=1001,note=1002"))
        if name.casefold() in map(str.casefold, modules):
            raise ValueError(_texts.later("it gives two ids to one name"))
        modules[name] = module_id
    return modules


class IvinexSettings(EnvironmentSettings):
    """One Ivinex portal and its login; `modules` names the account's module ids, `labels` its fields."""

    model_config = environment("IVINEX_")
    login: ClassVar[Sequence[str]] = ("username", "password")
    of_one_account: ClassVar[Sequence[str]] = ("url", "modules", "labels")

    url: BaseUrl | None = None
    username: str = ""
    password: SecretStr = SecretStr("")
    modules: Annotated[dict[str, str], NoDecode, BeforeValidator(_modules)] = Field(default_factory=dict)
    labels: Labels = Field(default_factory=dict)
    requests_per_minute: Annotated[int, Field(ge=0)] = 0

    def module_id(self, module: str) -> str:
        """Return the id of a module given by name, in any case and number, by a part that only it has, or by id.

        Raises:
            UnknownModuleError: The name is not configured.
        """
        if module.isascii() and module.isdigit() and len(module) <= 18:
            return module
        by_folded_name = {folded(name): module_id for name, module_id in self.modules.items()}
        for name in (folded(module), folded(module).removesuffix("s"), re.sub("ies$", "y", folded(module))):
            if name in by_folded_name:
                return by_folded_name[name]
        parts = [module_id for name, module_id in by_folded_name.items() if folded(module) in name]
        if len(parts) == 1 and len(module) >= _SHORTEST_PART:
            return parts[0]
        near = nearest(module, by_folded_name)
        known = f"Known: {', '.join(f'{name} ({number})' for name, number in self.modules.items()) or 'none'}."
        hint = f"Did you mean {near[0]!r}? {known}" if near else f"{known} IVINEX_MODULES names them; an id works too."
        raise UnknownModuleError(f"No Ivinex module is called {module[:60]!r}.", module=module, hint=hint)

    def module_name(self, module_id: str) -> str:
        """Return the configured name of a module id, or the id where it has none."""
        return next((name for name, known in self.modules.items() if known == module_id), module_id)

    def is_contact(self, module_id: str) -> bool:
        """Tell whether a module is the one of contacts."""
        return self.module_name(module_id).casefold() == CONTACT

    @property
    def pages_at_once(self) -> int:
        """How many pages are read at a time: no more than may be sent in a second, where requests are limited."""
        per_minute = self.requests_per_minute
        return min(PAGES_AT_ONCE, max(1, per_minute // 60)) if per_minute else PAGES_AT_ONCE

    @property
    def has_notes(self) -> bool:
        """Whether contacts and notes are known, which writing a note needs."""
        return {CONTACT, NOTE} <= {name.casefold() for name in self.modules}
