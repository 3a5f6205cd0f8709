"""Which tools are served: the default ones, and further ones by name, since each costs the model attention."""

from __future__ import annotations

from collections.abc import Iterable

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import SettingsError

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
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join([*known, ALL])}."
            raise SettingsError(f"CRM_MCP_TOOLSETS or --toolsets names {name[:40]!r}, which is no toolset.", hint=hint)
    return frozenset(known if ALL in chosen else chosen)
