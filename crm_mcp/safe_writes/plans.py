"""Plans: drafts that wait in memory for a call that applies them by their id."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import InputError
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.execution import Execution

PLAN_TTL_S = 15 * 60.0
MAX_PLANS = 50
"""Beyond this the oldest plan is removed."""


@dataclass(slots=True)
class Plan:
    """A draft that can be applied once.

    Attributes:
        plan_id: The id by which the tool is called again.
        tool: The one tool that applies it.
        draft: The changes.
        arguments: The arguments it was made of, which may be given again beside the id.
        key: The idempotency key of the call that made it; empty for none.
        execution: Its execution; None before it is applied.
        is_running: Whether it is being applied now.
        has_successor: Whether the changes that were not attempted were put into another plan.
    """

    plan_id: str
    tool: str
    draft: Draft
    arguments: Mapping[str, object]
    key: str = ""
    execution: Execution | None = None
    is_running: bool = False
    has_successor: bool = False


class PlanStore:
    """All plans of one server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._plans = ExpiringMap[str, Plan](
            PLAN_TTL_S, max_items=MAX_PLANS, is_in_use=lambda plan: plan.is_running, clock=clock
        )

    def add(self, tool: str, draft: Draft, arguments: Mapping[str, object], key: str = "") -> Plan:
        """Keep a draft as a new plan of one tool."""
        plan = Plan(f"plan-{secrets.token_hex(6)}", tool, draft, arguments, key)
        self._plans.put(plan.plan_id, plan)
        return plan

    def get(self, tool: str, plan_id: str) -> Plan:
        """Return a plan of this tool.

        Raises:
            InputError: There is no such plan, it has expired, or it belongs to another tool.
        """
        plan = self._plans.get(plan_id)
        if plan is None:
            raise InputError(
                f"There is no plan {plan_id[:40]!r}: plans last {PLAN_TTL_S / 60:.0f} minutes, or until a restart.",
                hint="Nothing was written now. Make a new one with dry_run.",
            )
        if plan.tool != tool:
            raise InputError(
                f"{plan_id} is a plan of {plan.tool}. Nothing was written now.",
                hint=f"Call {plan.tool} with this plan_id.",
            )
        return plan
