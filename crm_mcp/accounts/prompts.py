"""Prompts of several accounts: each takes `account` too, and tells the model to work in that one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcp import MCPError
from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from mcp.types import INVALID_PARAMS, InputRequiredResult

from crm_mcp.accounts.names import ACCOUNT, find_account
from crm_mcp.errors import InputError
from crm_mcp.rendering.addresses import bind_addresses

_WHERE = 'Work in the account {account} alone: give account="{account}" with every call.'


def combine_prompts(by_account: Mapping[str, Sequence[Prompt]]) -> list[Prompt]:
    """Return one prompt for each name that a prompt of an account has."""
    found: dict[str, dict[str, Prompt]] = {}
    for account, prompts in by_account.items():
        for prompt in prompts:
            found.setdefault(prompt.name, {})[account] = prompt
    return [_AccountPrompt.over(prompts) for prompts in found.values()]


class _AccountPrompt(Prompt):
    """One prompt of several accounts."""

    prompts: Mapping[str, Prompt]

    @classmethod
    def over(cls, prompts: Mapping[str, Prompt]) -> _AccountPrompt:
        shown = next(iter(prompts.values()))
        account = PromptArgument(name=ACCOUNT, description=", ".join(prompts), required=True)
        return cls(
            name=shown.name,
            title=shown.title,
            description=shown.description,
            arguments=[account, *(shown.arguments or [])],
            fn=shown.fn,
            context_kwarg=shown.context_kwarg,
            prompts=prompts,
        )

    async def render(self, arguments: dict[str, Any] | None, context: Any) -> Any:  # noqa: ANN401  # the SDK's signature
        """Render the prompt of the account that is named.

        Raises:
            MCPError: No account is named; else as the prompt's own.
        """
        own = dict(arguments or {})
        try:
            account = find_account(own.pop(ACCOUNT, None), list(self.prompts))
        except InputError as error:
            raise MCPError(INVALID_PARAMS, f"{self.name}: {error}") from error
        messages = await self.prompts[account].render(own, context)
        if isinstance(messages, InputRequiredResult):
            return messages
        where = _WHERE.format(account=account)
        return [_said(one, account, "" if number else where) for number, one in enumerate(messages)]


def _said(message: Any, account: str, where: str) -> Any:  # noqa: ANN401  # any message of the SDK
    """Return a message that is bound to an account, and begins by saying where to work."""
    text = getattr(message.content, "text", "")
    bound = "\n\n".join(filter(None, [where, bind_addresses(text, account)]))
    return message.model_copy(update={"content": message.content.model_copy(update={"text": bound})})
