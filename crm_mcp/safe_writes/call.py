"""One call of a writing tool, and who can be asked to confirm it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from crm_mcp.errors import NotConfirmedError
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import Restore

Asking = Literal["asked", "unasked", "impossible"]
"""What becomes of a write that needs a confirmation: the user is asked, nobody is, or the client cannot ask."""
CANNOT_ASK = "this client cannot ask for it (it offers no elicitation)"
_WAY_OUT = (
    "It can be done in the CRM itself, with a client that shows questions, or, without any question, after whoever "
    "runs this server has set CRM_MCP_UNCONFIRMED_WRITES=1."
)
_ONLY_WAY_OUT = "It can be done in the CRM itself, or with a client that shows questions; no setting changes that."


def way_out(*, is_irrevocable: bool) -> str:
    """Return how something can be written all the same where the user cannot be asked, as a sentence."""
    return _ONLY_WAY_OUT if is_irrevocable else _WAY_OUT


class Confirmer(Protocol):
    """Asks the user of the MCP client to confirm, and reports progress; see `confirmation.UserConfirmation`."""

    async def require_confirmation(self, question: str) -> None:
        """Return once the user confirmed; raise otherwise."""
        ...

    async def report_progress(self, done: int, total: int) -> None:
        """Report how many records are done."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a writing tool.

    Attributes:
        tool: The tool's name.
        arguments: The tool's own arguments, without the three below; empty beside a plan's id.
        build_draft: Builds the draft, sending no request that writes.
        restore: Makes the target of a draft again that another process built.
        confirmer: Asks the user.
        asking: What becomes of a write that needs a confirmation.
        size: How many records the arguments name, as far as that can be told before the draft is built.
        dry_run: Whether the draft is only previewed.
        plan_id: The plan to apply; empty for none.
        without: The places of the plan's records that are left out.
        table: The first row of the plan that is shown to its page, which writes nothing; below 0 for none.
        key: The idempotency key; empty for none.
        who: The client, by its own name.
        undoes: The batch that this call takes back; then it needs no plan. Empty for none.
        was_asked: Of a call that undoes, whether somebody was asked for what it takes back.
        is_irrevocable: Whether its tool writes what nothing takes back; see `Target.is_irrevocable`.
        needs_key: Whether it writes only under an idempotency key, or by a plan.
    """

    tool: str
    arguments: Mapping[str, object]
    build_draft: Callable[[], Awaitable[Draft]]
    restore: Restore
    confirmer: Confirmer
    asking: Asking = "asked"
    size: int = 1
    dry_run: bool = False
    plan_id: str = ""
    without: Sequence[int] = ()
    table: int = -1
    key: str = ""
    who: str = ""
    undoes: str = ""
    was_asked: bool = True
    is_irrevocable: bool = False
    needs_key: bool = False


def require_possible(call: Call, what: str) -> None:
    """Refuse what needs a confirmation, `what` in words, where the client cannot ask for one.

    Raises:
        NotConfirmedError: It cannot.
    """
    if call.asking == "impossible":
        raise NotConfirmedError(
            f"{what} needs the user's consent, and {CANNOT_ASK}. Nothing was written.",
            hint=f"Tell the user; dry_run shows what would be written. {way_out(is_irrevocable=call.is_irrevocable)}",
        )
