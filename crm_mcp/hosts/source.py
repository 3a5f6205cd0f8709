"""What this package was installed from, for a command that fetches it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

DISTRIBUTION = "crm-mcp-server"


def installed_from() -> str:
    """Return a folder, an archive, a Git address with its commit, or the distribution with its version."""
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return DISTRIBUTION
    recorded = distribution.read_text("direct_url.json")
    return describe_source(json.loads(recorded)) if recorded else f"{DISTRIBUTION}=={distribution.version}"


def describe_source(recorded: Mapping[str, Any]) -> str:
    """Return what installers take, from what they recorded by PEP 610; Git by its commit, which is not fetched anew."""
    url = str(recorded["url"])
    if git := recorded.get("vcs_info"):
        fragment = f"#subdirectory={recorded['subdirectory']}" if recorded.get("subdirectory") else ""
        return f"git+{url}@{git['commit_id']}{fragment}"
    return url2pathname(urlsplit(url).path) if url.startswith("file:") else url
