"""Plans: drafts that wait, for a while, in memory, for somebody to say that they shall be written."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_mcp.errors import InputError
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.execution import Execution

LIFETIME_S = 15 * 60.0
MOST_PLANS = 50
"""Beyond this the oldest plan is forgotten."""


@dataclass(slots=True)
class Plan:
    """A draft that can be applied once.

    Attributes:
        plan_id: What the tool is called with.
        tool: The one tool that applies it.
        draft: What it would write.
        arguments: What the tool was called with, so that the same arguments may stand beside the id.
        made_at: When, on the clock of the book, in seconds.
        execution: How far it came; None before it was begun.
        is_under_way: Whether it is being applied now.
        is_continued: Whether what was left of it went into another plan.
    """

    plan_id: str
    tool: str
    draft: Draft
    arguments: Mapping[str, object]
    made_at: float
    execution: Execution | None = None
    is_under_way: bool = False
    is_continued: bool = False


class PlanBook:
    """All plans of one server.

    Args:
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._plans: dict[str, Plan] = {}

    def keep(self, tool: str, draft: Draft, arguments: Mapping[str, object]) -> Plan:
        """Keep a draft as a plan of one tool."""
        self._forget_old()
        plan = Plan(f"plan-{secrets.token_hex(6)}", tool, draft, arguments, self._clock())
        self._plans[plan.plan_id] = plan
        return plan

    def find(self, tool: str, plan_id: str) -> Plan:
        """Return a plan of this tool.

        Raises:
            InputError: There is none such, it is too old, or another tool made it.
        """
        self._forget_old()
        plan = self._plans.get(plan_id)
        if plan is None:
            raise InputError(
                f"There is no plan {plan_id[:40]!r}: plans are kept for {LIFETIME_S / 60:.0f} minutes, in memory only.",
                hint="Nothing was written now. Make a new one with dry_run.",
            )
        if plan.tool != tool:
            raise InputError(f"{plan_id} is a plan of {plan.tool}.", hint=f"Call {plan.tool} with it.")
        return plan

    def _forget_old(self) -> None:
        now = self._clock()
        idle = [plan for plan in self._plans.values() if not plan.is_under_way]
        for at, plan in enumerate(idle):
            if now - plan.made_at > LIFETIME_S or len(idle) - at >= MOST_PLANS:
                del self._plans[plan.plan_id]
