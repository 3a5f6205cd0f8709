"""Asks the user of the MCP client to confirm a write, by elicitation, in either protocol era."""

from __future__ import annotations

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
from crm_mcp.mcp.arguments import CallContext


class Consent(BaseModel):
    """The form of the elicitation; its name and title reach the client."""

    confirm: bool = Field(default=True, title="Yes, do this")


class QuestionPendingError(Exception):
    """The client must ask the user and call again (the protocol since 2026); `result` is returned until then."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("the user is being asked")
        self.result = result


class UserConfirmation:
    """Confirmation by the user during one call.

    `unconfirmed_allowed` permits writes without confirmation where the client cannot ask the user.
    """

    def __init__(self, context: CallContext, *, unconfirmed_allowed: bool = False) -> None:
        self._context = context
        self._unconfirmed_allowed = unconfirmed_allowed

    async def require_confirmation(self, question: str) -> None:
        """Return once the user confirmed.

        Raises:
            NotConfirmedError: The user did not, or cannot be asked.
            QuestionPendingError: The client has to ask, and then calls again.
        """
        if not self._client_can_ask():
            if self._unconfirmed_allowed:
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

    async def report_progress(self, done: int, total: int) -> None:
        """Report to the client how many records are done."""
        if self._context.protocol_version is not None:
            await self._context.report_progress(done, total, f"{done} of {total} records")

    def _client_can_ask(self) -> bool:
        if self._context.protocol_version is None:  # not called by a client
            return False
        capabilities = self._context.client_capabilities
        elicitation = None if capabilities is None else capabilities.elicitation
        return elicitation is not None and (elicitation.form is not None or elicitation.url is None)

    async def _ask(self, question: str) -> AcceptedElicitation[Consent] | DeclinedElicitation | CancelledElicitation:
        """Ask by the SDK's resolver, which binds the user's reply to the words of the question."""

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
