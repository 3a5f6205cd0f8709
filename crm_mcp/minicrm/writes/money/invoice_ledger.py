"""What the store knows of invoices that were issued through this server, or may have been, in all of its processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_mcp.errors import InputError
from crm_mcp.safe_writes.saved import Restore
from crm_mcp.safe_writes.writing.attempts import attempt_of, look_for
from crm_mcp.safe_writes.writing.journal import read_item, settling
from crm_mcp.safe_writes.writing.runs import lease_of
from crm_mcp.store import writes
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Leases
from crm_mcp.store.transaction import Transaction
from crm_mcp.store.writes import Write

_IN_A_MINUTE = "Call again in a minute: the list is read first."
_LOOK_YOURSELF = (
    "Look for it in MiniCRM, and tell the user. Where they want another invoice all the same, allow_duplicate: true "
    "asks them for it."
)
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Recent:
    """An invoice that was issued lately; `at` is in seconds since 1970."""

    record_id: str
    at: float
    said: str


@dataclass(frozen=True, slots=True)
class InvoiceLedger:
    """The invoices of one account; `account_id` takes time to compute, so it is asked for when it is needed."""

    store: Store
    account_id: Callable[[], str]
    tool: str

    async def settle(self, customer: str, restore: Restore, *, allows_untold: bool) -> str:
        """Look in the list for each attempt to bill a customer that is open; name one of which that tells nothing.

        Raises:
            InputError: One is under way, or whether it was made cannot be told, which the caller does not allow.
        """
        untold = ""
        for write, target in await self._rows(writes.SENT, writes.UNKNOWN):
            if json.loads(target).get("customer") != customer:
                continue
            if not await Leases(self.store).is_free(lease_of(write.batch)):
                raise _blocked(write, "It is being sent right now.", "Call again in a few seconds.")
            now_s = await self.store.run(lambda transaction: transaction.now())
            attempt = await attempt_of(write, target, restore, now_s)
            item, why = await look_for(attempt)
            if item is not None:
                await self.store.run(settling(write.write_id, item))
            elif attempt.is_under_way or not allows_untold:
                next_step = _IN_A_MINUTE if attempt.is_under_way else _LOOK_YOURSELF
                raise _blocked(write, why, next_step)
            else:
                untold = f"{write.write_id}? {why}"
        return untold

    async def find_recent(self, customer: str, shown: Mapping[str, Any]) -> Recent | None:
        """Return the newest invoice of a customer in the last day with the same type, currency and sum."""
        since = await self.store.run(lambda transaction: transaction.now()) - DAY_S
        for write, target in await self._rows(writes.WRITTEN, since=since):
            then: Mapping[str, Any] = json.loads(write.change)["shown"]
            is_of = json.loads(target).get("customer") == customer
            if is_of and _are_alike(then, shown):
                return Recent(write.record_id, write.at, (read_item(write) or {}).get("message", ""))
        return None

    async def _rows(self, *outcomes: str, since: float = 0.0) -> list[tuple[Write, str]]:
        account = self.account_id()

        def work(transaction: Transaction) -> list[tuple[Write, str]]:
            return writes.of_tool(transaction, account, self.tool, outcomes, since)

        return await self.store.run(work)


def _are_alike(then: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    is_of_a_kind = all(then.get(name) == shown.get(name) for name in ("type", "currency"))
    return is_of_a_kind and Decimal(str(then.get("gross", "NaN"))) == Decimal(str(shown["gross"]))


def _blocked(write: Write, why: str, next_step: str) -> InputError:
    return InputError(
        f"Whether an earlier invoice was issued to this customer cannot be told yet ({write.write_id}). {why} "
        "Nothing was written now.",
        hint=next_step,
    )
