"""The rows of plans."""

from __future__ import annotations

from dataclasses import dataclass

from crm_mcp.store.transaction import Transaction

_COLUMNS = "plan_id, account, tool, key, made_at, expires_at, arguments, draft, write_id, finished_at, told, successor"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan; `arguments` and `draft` are JSON, times in seconds since 1970.

    `write_id` is the batch that applied it, None before; `told` is whether a caller was given the whole result, and
    `successor` the plan of what was left over.
    """

    plan_id: str
    account: str
    tool: str
    key: str
    made_at: float
    expires_at: float
    arguments: str
    draft: str
    write_id: str | None = None
    finished_at: float | None = None
    told: int = 0
    successor: str | None = None


def add(transaction: Transaction, plan: PlanRow) -> None:
    """Add a plan."""
    transaction.execute(
        f"insert into plans ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            *(plan.plan_id, plan.account, plan.tool, plan.key, plan.made_at, plan.expires_at, plan.arguments),
            *(plan.draft, plan.write_id, plan.finished_at, plan.told, plan.successor),
        ),
    )


def read(transaction: Transaction, account: str, plan_id: str) -> PlanRow | None:
    """Return a plan of an account, None where there is none."""
    rows = transaction.execute(
        f"select {_COLUMNS} from plans where account = ? and plan_id = ?",  # noqa: S608
        (account, plan_id),
    )
    return PlanRow(*rows[0]) if rows else None


def find_untold(transaction: Transaction, account: str, tool: str, arguments: str) -> str:
    """Return the newest plan of these arguments that was applied and whose result nobody was told; empty for none.

    Those of a key, and those that are older than a plan lasts, are left out.
    """
    rows = transaction.execute(
        "select plan_id from plans where account = ? and tool = ? and arguments = ? and key = '' and told = 0 "
        "and write_id is not null and expires_at > ? order by made_at desc limit 1",
        (account, tool, arguments, transaction.now()),
    )
    return str(rows[0][0]) if rows else ""


def claim(transaction: Transaction, plan_id: str, write_id: str, draft: str) -> bool:
    """Set which batch applies a plan, and what of it; tell whether none did before."""
    return bool(
        transaction.execute(
            "update plans set write_id = ?, draft = ? where plan_id = ? and write_id is null returning 1",
            (write_id, draft, plan_id),
        )
    )


def finish(transaction: Transaction, plan_id: str) -> None:
    """Say that whoever applied a plan has ended."""
    transaction.execute("update plans set finished_at = ? where plan_id = ?", (transaction.now(), plan_id))


def tell(transaction: Transaction, plan_id: str) -> bool:
    """Say that a caller is given the whole result; tell whether none was before."""
    return bool(transaction.execute("update plans set told = 1 where plan_id = ? and told = 0 returning 1", (plan_id,)))


def set_successor(transaction: Transaction, plan_id: str, successor: str) -> None:
    """Name the plan of what was left over."""
    transaction.execute("update plans set successor = ? where plan_id = ?", (successor, plan_id))
