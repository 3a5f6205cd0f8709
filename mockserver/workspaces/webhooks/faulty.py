"""What a fault does to one try of a webhook.

| kind | does the receiver get it? | what the try counts as |
|---|---|---|
| status, html | no | answered with the fault's status |
| reset | no | not answered |
| reset_after_commit | yes | not answered, so that it is sent again |
| truncate | half of the body | what the receiver answers |
| malformed | with JSON that ends too early | what the receiver answers |
| latency, drip | yes, late | what the receiver answers |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

from mockserver.workspaces.faults import FaultHit
from mockserver.workspaces.webhooks.delivery import Outcome

_UNSENT = ("status", "html", "reset")


@dataclass(frozen=True, slots=True)
class FaultyTry:
    """A try that meets a fault."""

    hit: FaultHit

    @property
    def delay_s(self) -> float:
        """By how many seconds it is late."""
        return self.hit.delay_s

    @property
    def reaches_receiver(self) -> bool:
        """Whether anything is sent."""
        return self.hit.fault.kind not in _UNSENT

    def spoil(self, body: bytes) -> bytes:
        """Return the body that is sent."""
        if self.hit.fault.kind == "truncate":
            return body[: len(body) // 2]
        return body[:-1] + b"," if self.hit.fault.kind == "malformed" else body

    def spoil_outcome(self, outcome: Outcome) -> Outcome:
        """Return what the try counts as."""
        fault = self.hit.fault
        if fault.kind in ("status", "html"):
            outcome = replace(outcome, status=fault.status or HTTPStatus.BAD_GATEWAY, problem="")
        elif fault.kind in ("reset", "reset_after_commit"):
            outcome = Outcome(0, problem="a fault reset the connection", took_s=outcome.took_s)
        return replace(outcome, fault=fault.kind)
