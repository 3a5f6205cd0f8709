"""The faults that strike three in ten of all requests, reads and writes alike."""

from __future__ import annotations

from typing import Any

_SHARES: list[tuple[float, dict[str, Any]]] = [
    (0.05, {"kind": "status", "status": 503}),
    (0.03, {"kind": "status", "status": 500}),
    (0.03, {"kind": "status", "status": 502}),
    (0.02, {"kind": "status", "status": 504}),
    (0.01, {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
    (0.04, {"kind": "reset"}),
    (0.04, {"kind": "reset_after_commit"}),
    (0.03, {"kind": "truncate"}),
    (0.02, {"kind": "malformed"}),
    (0.02, {"kind": "html"}),
    (0.01, {"kind": "latency", "delay_s": {"min": 0.05, "max": 0.3}}),
]
SHARE = sum(share for share, _ in _SHARES)
CARRIED_OUT = (None, "latency", "reset_after_commit", "truncate", "malformed")
"""The kinds of fault after which the request is carried out all the same."""


def _build_rules() -> list[dict[str, Any]]:
    """Return a rule for each fault: one is asked only where those before it did not strike."""
    rules: list[dict[str, Any]] = []
    left = 1.0
    for share, fault in _SHARES:
        rules.append({"probability": share / left, "fault": fault})
        left -= share
    return rules


FAULTS = _build_rules()
