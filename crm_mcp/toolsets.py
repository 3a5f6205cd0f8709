"""Which tools are served: the default ones, and further ones by name, since each costs the model attention."""

from __future__ import annotations

from collections.abc import Iterable

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)

DEFAULT = "default"
ALL = "all"
Toolsets = frozenset[str]
DEFAULT_TOOLSETS: Toolsets = frozenset({DEFAULT})


def parse_toolsets(text: str, further: Iterable[str]) -> Toolsets:
    """Return the toolsets that a setting names, joined by commas; `all` is every one of them.

    Args:
        text: The setting; empty is the default.
        further: The toolsets beside the default one.

    Raises:
        SettingsError: It names one that does not exist.
    """
    known = [DEFAULT, *dict.fromkeys(further)]
    chosen = [name for part in text.split(",") if (name := part.strip().casefold())] or [DEFAULT]
    for name in chosen:
        if name not in (ALL, *known):
            near = nearest(name, [ALL, *known])
            hint = _texts.later("There are {names}.", names=", ".join([*known, ALL]))
            if near:
                hint = _texts.later("Did you mean {near}?", near=near[0])
            raise SettingsError(
                _texts.later("CRM_MCP_TOOLSETS or --toolsets names {name}, which is no toolset.", name=repr(name[:40])),
                hint=hint,
            )
    return frozenset(known if ALL in chosen else chosen)
