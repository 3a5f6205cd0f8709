"""How the skill's files are named and listed over MCP.

Source: the Skills extension `io.modelcontextprotocol/skills` (SEP-2640), "Resource Mapping" and "Skill Entries"; the
index is the one of agentskills.io's discovery 0.2.0, which hosts read that came before `skills/list`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from crm_mcp.skill.head import uri_of
from crm_mcp.skill.pages import Skill

_INDEX_SCHEMA = "https://schemas.agentskills.io/discovery/0.2.0/schema.json"


def entry_of(head: Mapping[str, object], skill: Skill | None) -> dict[str, Any]:
    """Return what `skills/list` and `skills/get` say of a skill; without digests where its files cannot be read now."""
    name = str(head["name"])
    if skill is None:
        return {"uri": uri_of(name), "frontmatter": dict(head), "resources": "dynamic"}
    files = [_manifest_entry(uri_of(name, path), text.encode()) for path, text in skill.files.items()]
    return {"uri": uri_of(name), "frontmatter": dict(head), "resources": files}


def _manifest_entry(uri: str, content: bytes) -> dict[str, object]:
    return {"uri": uri, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}


def index_of(heads: Sequence[Mapping[str, object]]) -> str:
    """Return the index of skills, as JSON."""
    skills = [
        {
            "name": head["name"],
            "type": "skill-md",
            "description": head["description"],
            "url": uri_of(str(head["name"])),
        }
        for head in heads
    ]
    return json.dumps({"$schema": _INDEX_SCHEMA, "skills": skills}, ensure_ascii=False, indent=1)
