"""The links of the README install what they say: each is decoded as its host does."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from release.project import PROJECT
from tests.snapshots import HOW, README, read_table, render_links

SHOWN = read_table(README, "links")


def decode(link: str) -> tuple[str, dict[str, object]]:
    """Return name and configuration that a host reads from a link."""
    parts = urlsplit(link)
    if parts.scheme == "vscode":
        config = json.loads(unquote(parts.query))
        return config.pop("name"), config
    query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    text = query["config"] if "vscode" in link else base64.b64decode(query["config"], validate=True)
    return query["name"], json.loads(text)


def test_each_link_starts_the_installed_command_and_holds_no_login() -> None:
    links: list[str] = [*re.findall(r"\]\((\S+)\)", SHOWN), *re.findall(r"^(?:vscode|cursor):\S+", SHOWN, re.MULTILINE)]
    assert {urlsplit(link).scheme for link in links} == {"https", "vscode", "cursor"}
    assert len(links) == 5
    for link in links:
        name, config = decode(link)
        assert name == "crm"
        assert config == {"command": "crm-mcp", "args": []}
    assert "crm-mcp" in PROJECT["scripts"]


def test_the_links_are_made_of_one_description() -> None:
    assert render_links() == SHOWN, HOW
