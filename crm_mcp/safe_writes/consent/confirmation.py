"""Asks the user of the MCP client to confirm a write, by elicitation, in either protocol era."""

from __future__ import annotations

import functools
from typing import cast

from mcp import MCPError
from mcp.server.elicitation import (
    AcceptedElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    render_elicitation_schema,
)
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve, build_resolver_plans, resolve_arguments
from mcp.types import ElicitResult, InputRequiredResult
from pydantic import BaseModel, Field, ValidationError, create_model

from crm_mcp.crm.call import asking_the_user, current_call
from crm_mcp.errors import NotConfirmedError
from crm_mcp.languages import Texts
from crm_mcp.mcp.arguments import CallContext
from crm_mcp.mcp.calls.caller import current_caller
from crm_mcp.safe_writes.call import CANNOT_ASK, Asking, way_out

_texts = Texts(__file__)

_ASKING_BY_RESULT = "2026-07-28"
"""The first protocol version in which a question is the result of a call, which the client then repeats."""


class Consent(BaseModel):
    """The form of the elicitation; its name and title reach the client."""

    confirm: bool = Field(default=True, title="Yes, do this")


@functools.cache
def _form_with(yes: str) -> type[Consent]:
    """Return the form with another title for the yes."""
    return create_model("Consent", __base__=Consent, confirm=(bool, Field(default=True, title=yes)))


Reply = AcceptedElicitation[Consent] | DeclinedElicitation | CancelledElicitation


class QuestionPendingError(Exception):
    """The client must ask the user and call again (the protocol since 2026); `result` is returned until then."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("the user is being asked")
        self.result = result


class UserConfirmation:
    """Confirmation by the user during one call; where `unconfirmed_allowed`, nobody is asked.

    `yes` is what the form calls the user's yes. What `is_irrevocable` is always asked about.
    """

    def __init__(
        self,
        context: CallContext,
        *,
        unconfirmed_allowed: bool = False,
        yes: str = "Yes, do this",
        is_irrevocable: bool = False,
    ) -> None:
        self._first = context
        self._form = _form_with(yes)
        self._unconfirmed_allowed = unconfirmed_allowed and not is_irrevocable
        self._way_out = way_out(is_irrevocable=is_irrevocable)

    @property
    def _context(self) -> CallContext:
        """The context of the call that waits: the same one may have come again.

        The one that brought a reply goes before one that brings none.
        """
        call = current_call()
        if call is None or not isinstance(call.reporter, Context):
            return self._first
        latest = cast("CallContext", call.reporter)
        return self._first if self._first.input_responses and not latest.input_responses else latest

    @property
    def asking(self) -> Asking:
        """What becomes of a write that needs a confirmation."""
        if self._unconfirmed_allowed:
            return "unasked"
        return "asked" if self._client_can_ask() else "impossible"

    @property
    def client(self) -> str:
        """The client, by its own name and version where it told one, and whom it works for where they are several."""
        params = None if self._context.protocol_version is None else self._context.session.client_params
        program = f"{params.client_info.name} {params.client_info.version}" if params else ""
        return ", ".join(filter(None, [program, current_caller().name]))

    async def require_confirmation(self, question: str) -> None:
        """Return once the user confirmed, or at once where nobody is asked.

        Raises:
            NotConfirmedError: The user did not, or cannot be asked.
            QuestionPendingError: The client has to ask, and then calls again.
        """
        if self.asking == "unasked":
            return
        if self.asking == "impossible":
            raise self._cannot_ask(CANNOT_ASK)
        reply = await self._ask(question)
        if isinstance(reply, CancelledElicitation):
            raise NotConfirmedError(
                "The question to the user was closed without a reply. Nothing was written.",
                hint="Ask the user in your own words before you call again.",
            )
        if isinstance(reply, DeclinedElicitation):
            raise NotConfirmedError(
                "The question to the user was declined; some clients do so without showing the question. "
                "Nothing was written.",
                hint="Ask the user whether they saw it. If they said no, leave it. If they did not see it: "
                f"{self._way_out}",
            )
        if not reply.data.confirm:
            raise NotConfirmedError(
                "The user said no. Nothing was written.", hint="Call again only if the user asks for it."
            )

    async def report_progress(self, done: int, total: int) -> None:
        """Report to the client how many records are done."""
        if self._context.protocol_version is not None:
            await self._context.report_progress(
                done, total, _texts.text("{done} of {total} records", done=done, total=total)
            )

    def _client_can_ask(self) -> bool:
        if self._context.protocol_version is None:  # not called by a client
            return False
        capabilities = self._context.client_capabilities
        elicitation = None if capabilities is None else capabilities.elicitation
        return elicitation is not None and (elicitation.form is not None or elicitation.url is None)

    def _cannot_ask(self, why: str) -> NotConfirmedError:
        return NotConfirmedError(
            f"This needs the user's consent, and {why}. Nothing was written.", hint=f"Tell the user. {self._way_out}"
        )

    async def _ask(self, question: str) -> Reply:
        version = self._context.protocol_version or ""
        try:
            if version >= _ASKING_BY_RESULT:  # versions are dates
                return await self._ask_by_result(question)
            return await self._ask_by_request(question)
        except (ToolError, ValidationError):
            raise NotConfirmedError(
                "The client's reply to the question could not be read. Nothing was written.",
                hint=f"Tell the user. {self._way_out}",
            ) from None
        except MCPError:
            raise self._cannot_ask("this client cannot ask for it: it returned an error to the question") from None

    async def _ask_by_request(self, question: str) -> Reply:
        """Ask in the middle of the call, and wait."""
        schema = render_elicitation_schema(self._form)
        with asking_the_user():
            reply = await self._context.session.elicit_form(question, schema, self._context.request_id)
        if reply.action == "accept":
            return AcceptedElicitation(data=Consent.model_validate(_said(reply)))
        return DeclinedElicitation() if reply.action == "decline" else CancelledElicitation()

    async def _ask_by_result(self, question: str) -> Reply:
        """Ask by the SDK's resolver, which binds the user's reply to the words of the question."""

        async def consent() -> Elicit[Consent]:  # async, or the SDK would start a thread for it
            return Elicit(question, self._form)

        for reply in (self._context.input_responses or {}).values():
            if isinstance(reply, ElicitResult) and reply.action == "accept":
                reply.content = _said(reply)
        asked = {"consent": (Resolve(consent), True)}
        answers = await resolve_arguments(asked, build_resolver_plans(asked, set()), {}, self._context)
        if isinstance(answers, InputRequiredResult):
            raise QuestionPendingError(answers)
        return answers["consent"]


def _said(reply: ElicitResult) -> dict[str, str | int | float | bool | list[str] | None]:
    """Return the content of an accepted question: clients that have no form send none, which leaves the defaults."""
    return {name: value for name, value in (reply.content or {}).items() if value is not None}
