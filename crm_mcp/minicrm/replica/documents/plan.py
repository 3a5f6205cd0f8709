"""Remembers which documents the account's plan refuses, so that MiniCRM is not asked for them again and again."""

from __future__ import annotations

from dataclasses import dataclass

from crm_mcp.errors import NotInPlanError
from crm_mcp.minicrm.wire.documents.models import DocumentKind
from crm_mcp.replica.database import Replica, keep_fact, read_fact

ASKED_AGAIN_S = 3_600.0
"""How long nothing is asked after a refusal."""


@dataclass(frozen=True)
class Plan:
    """What is known of one account's plan, in all processes."""

    replica: Replica

    async def refusal(self, kind: DocumentKind) -> NotInPlanError | None:
        """Return the refusal of a kind of documents; None where there is none, or it is an hour old."""
        kept, at = await self.replica.run(lambda transaction: read_fact(transaction, _fact(kind)))
        if not kept or not 0 <= self.replica.clock() - at < ASKED_AGAIN_S:
            return None
        return NotInPlanError(kept["message"], status=kept["status"], hint=kept["hint"])

    async def remember(self, kind: DocumentKind, refusal: NotInPlanError | None) -> None:
        """Keep a refusal, or None that there is none any more."""
        kept = refusal and {"message": refusal.args[0], "status": refusal.status, "hint": refusal.hint}
        await self.replica.run(
            lambda transaction: keep_fact(transaction, _fact(kind), kept or {}, self.replica.clock())
        )


def _fact(kind: DocumentKind) -> str:
    return f"plan of {kind}s"
