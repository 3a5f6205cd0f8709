"""Tells whoever observes this process of each request to a CRM: what kind it was and what came, and nothing in it."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass

from crm_mcp.telemetry import events

FILE = "{file}"
"""The route of a file's address, which is a secret."""


@dataclass(slots=True)
class Seen:
    """What is known of a response: its status, once there is one."""

    status: int = 0


@contextlib.contextmanager
def observed(crm: str, method: str, route: str) -> Generator[Seen]:
    """Tell of the request that the block sends."""
    seen, began_at, error = Seen(), events.start_clock(), ""
    try:
        yield seen
    except BaseException as failure:
        error = type(failure).__name__
        raise
    finally:
        duration_s = events.seconds_since(began_at)
        events.crm_request_sent(
            crm=crm.casefold(), method=method, route=route, status=seen.status, error=error, duration_s=duration_s
        )
