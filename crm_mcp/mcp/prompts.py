"""Prompts as hosts fill them in: what is left empty is absent, and what a prompt does not take is refused by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import CrmError, InputError
from crm_mcp.mcp.calls.other_names import meant_by

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext


@dataclass(frozen=True, slots=True)
class PromptWords:
    """What a host's menu shows of a prompt.

    Attributes:
        title: Its name for people.
        description: What it is for.
        arguments: What each argument is, by its name.
    """

    title: str
    description: str
    arguments: Mapping[str, str]


class CrmPrompt(Prompt):
    """A prompt whose errors name its arguments."""

    async def render(self, arguments: dict[str, Any] | None, context: Any) -> Any:  # noqa: ANN401  # the SDK's signature
        """Render the prompt.

        Raises:
            MCPError: An argument is unknown or wrong, or one that is required is empty.
        """
        given = {name: value.strip() for name, value in (arguments or {}).items() if value and value.strip()}
        problems = [*self._explain_unknown(arguments or {}), *self._explain_missing(given)]
        if problems:
            takes = ", ".join(self._names()) or "none"
            raise MCPError(INVALID_PARAMS, f"{self.name}: {'; '.join(problems)}. Arguments: {takes}.")
        return await super().render(given, context)

    def _names(self) -> list[str]:
        return [one.name for one in self.arguments or []]

    def _explain_unknown(self, arguments: dict[str, Any]) -> Sequence[str]:
        return [f"unknown argument {name[:80]!r}{self._guess(name)}" for name in arguments if name not in self._names()]

    def _guess(self, name: str) -> str:
        near = [meant_by(name, self._names())] if meant_by(name, self._names()) else nearest(name, self._names())
        return f" (did you mean {near[0]!r}?)" if near else ""

    def _explain_missing(self, given: dict[str, str]) -> Sequence[str]:
        return [f"{one.name} is required" for one in self.arguments or [] if one.required and one.name not in given]


def build_prompt(
    name: str, words: PromptWords, write: Callable[..., Awaitable[str]], *, required: Sequence[str] = ()
) -> CrmPrompt:
    """Return a prompt whose text `write` gives, called with what is filled in, by the arguments' names."""

    async def write_or_refuse(**given: str) -> str:
        try:
            return await write(**given)
        except CrmError as error:
            code = INVALID_PARAMS if isinstance(error, InputError) else INTERNAL_ERROR
            raise MCPError(code, f"{name}: {error}") from error

    arguments = [
        PromptArgument(name=one, description=told, required=one in required) for one, told in words.arguments.items()
    ]
    return CrmPrompt(
        name=name,
        title=words.title,
        description=words.description,
        arguments=arguments,
        fn=write_or_refuse,
        context_kwarg=None,
    )


def refuse_unknown_prompts(server: MCPServer[Any]) -> None:
    """Refuse prompts that do not exist: the SDK would call that a fault of its own, and log the name that was sent."""

    async def refuse(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method == "prompts/get":
            asked = (ctx.params or {}).get("name")
            if asked not in [prompt.name for prompt in await server.list_prompts()]:
                raise MCPError(INVALID_PARAMS, "There is no such prompt. prompts/list names those there are.")
        return await call_next(ctx)

    server.middleware.insert(0, refuse)
