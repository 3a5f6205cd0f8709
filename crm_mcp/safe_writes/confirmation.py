"""How a person is asked through the client, in either protocol era."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import (
    AcceptedElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    Elicit,
    Resolve,
    build_resolver_plans,
    resolve_arguments,
)
from mcp.types import InputRequiredResult
from pydantic import BaseModel, Field

from crm_mcp.errors import NotConfirmedError

AnyContext = Context[Any, Any]


class Consent(BaseModel):
    """What the client's form asks beside its own buttons."""

    confirm: bool = Field(default=True, title="Yes, do this")


class QuestionPendingError(Exception):
    """The client must put a question to the person first and then call again: how the protocol asks since 2026.

    Attributes:
        result: What the tool answers meanwhile.
    """

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("a person is being asked")
        self.result = result


class Person:
    """Whoever sits at the client of one call.

    Args:
        context: The call.
        may_be_passed_over: Whether the installer lets writes through that nobody can be asked about.
    """

    def __init__(self, context: AnyContext, *, may_be_passed_over: bool = False) -> None:
        self._context = context
        self._may_be_passed_over = may_be_passed_over

    async def demand_consent(self, question: str) -> None:
        """Return once the person agreed.

        Raises:
            NotConfirmedError: The person did not, or cannot be asked.
            QuestionPendingError: The client has to ask; it calls again with the answer.
        """
        if not self._can_be_asked():
            if self._may_be_passed_over:
                return
            raise NotConfirmedError(
                "A person must agree to this, and this client cannot ask one (it offers no elicitation). "
                "Nothing was written.",
                hint=f"The question would be: {question} Tell the person; it can be done in the CRM itself, or with a "
                "client that asks. Whoever runs the server can allow it by CRM_MCP_UNCONFIRMED_WRITES=1.",
            )
        outcome = await self._ask(question)
        if isinstance(outcome, CancelledElicitation):
            raise NotConfirmedError("The person closed the question without an answer. Nothing was written.")
        if not (isinstance(outcome, AcceptedElicitation) and Consent.model_validate(outcome.data).confirm):
            raise NotConfirmedError(
                "The person said no. Nothing was written.", hint="Do not try it again unless they want it."
            )

    async def see_progress(self, done: int, total: int) -> None:
        """Tell the client how many records are done."""
        if self._context.protocol_version is not None:
            await self._context.report_progress(done, total, f"{done} of {total} records")

    def _can_be_asked(self) -> bool:
        if self._context.protocol_version is None:  # called by no client at all
            return False
        capabilities = self._context.client_capabilities
        elicitation = None if capabilities is None else capabilities.elicitation
        return elicitation is not None and (elicitation.form is not None or elicitation.url is None)

    async def _ask(self, question: str) -> AcceptedElicitation[Consent] | DeclinedElicitation | CancelledElicitation:
        """Ask as a resolver of the SDK does: in either era, an answer bound to the words of its question."""

        async def consent() -> Elicit[Consent]:  # async, or the SDK would start a thread for it
            return Elicit(question, Consent)

        asked = {"consent": (Resolve(consent), True)}
        try:
            answers = await resolve_arguments(asked, build_resolver_plans(asked, set()), {}, self._context)
        except ToolError:
            raise NotConfirmedError("The client sent no answer that fits the question. Nothing was written.") from None
        if isinstance(answers, InputRequiredResult):
            raise QuestionPendingError(answers)
        return answers["consent"]
