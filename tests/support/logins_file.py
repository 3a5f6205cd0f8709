"""Writes the file of `CRM_MCP_LOGINS` as those do who run a service: by a rename, so that nobody reads half of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver.testing.crm_fake import CrmFake


def entry_of(fake: CrmFake, **more: object) -> dict[str, Any]:
    """Return the entry of somebody who has the login of a fake account."""
    system_id, api_key = fake.minicrm
    return {"minicrm": {"url": fake.url, "system_id": system_id, "api_key": api_key}, **more}


def write_logins(path: Path, entries: Mapping[str, object]) -> None:
    """Put a file of these entries in place."""
    write_text(path, json.dumps(entries))


def write_text(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Put a file in place of another."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.chmod(mode)
    os.replace(fresh, path)  # noqa: PTH105  # what is done is a rename
