"""What each host in Python needs to know: how the server is started, what to call, and what to say at the end."""

from __future__ import annotations

import json
import os
from importlib import metadata
from pathlib import Path
from typing import Any

COMMAND: list[str] = json.loads(os.environ["HOSTS_SERVER_COMMAND"])
SETTINGS: dict[str, str] = json.loads(os.environ["HOSTS_SERVER_SETTINGS"])
CALLS: list[dict[str, Any]] = list(json.loads((Path(__file__).parent / "calls.json").read_text()).values())


def check_calls(results: list[str]) -> None:
    """Check that each call's result, as the host hands it to its model, shows what it should."""
    assert len(results) == len(CALLS), f"{len(results)} of {len(CALLS)} calls were made"
    for call, result in zip(CALLS, results, strict=True):
        assert call["shows"] in result, f"{call['tool']}: {result[:300]}"


def report(package: str, tools: int, note: str) -> None:
    """Say how it went, in the one line that the runner reads."""
    print(json.dumps({"version": metadata.version(package), "tools": tools, "note": note}))
