"""Which fields of a module are links to records of another. Pure.

Ivinex documents no schema, so a field is taken for a link where it is called after a module that the settings name, and
holds no text: `company`, `company_id`, `parent_company`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm_mcp.ivinex.account.field_kinds import UNKNOWN
from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from crm_mcp.ivinex.settings import IvinexSettings


def link_fields(settings: IvinexSettings, schema: InferredSchema, names: Sequence[str]) -> dict[str, str]:
    """Return which of these fields are links, with the id of the module that each links to."""
    found: dict[str, str] = {}
    for name in names:
        if schema.sampled_kind_of(name) in ("integer", UNKNOWN):
            plain = re.sub(r"(_?id|_?\d+)$", "", name.casefold())
            for module, module_id in settings.modules.items():
                if any(plain == one or plain.endswith(f"_{one}") for one in _singulars(module.casefold())):
                    found[name] = module_id
    return found


def _singulars(module: str) -> set[str]:
    return {module, module.removesuffix("s"), re.sub("ies$", "y", module)}
