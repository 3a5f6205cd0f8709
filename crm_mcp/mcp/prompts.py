"""Prompts as hosts fill them in: what is left empty is absent, and what a prompt does not take is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.mcpserver.prompts.base import Prompt
from mcp.types import INVALID_PARAMS

from crm_mcp.crm.name_matching import nearest
from crm_mcp.mcp.calls.other_names import meant_by

if TYPE_CHECKING:
    from collections.abc import Sequence


class CrmPrompt(Prompt):
    """A prompt whose errors name its arguments."""

    async def render(self, arguments: dict[str, Any] | None, context: Any) -> Any:  # noqa: ANN401  # the SDK's signature
        """Render the prompt.

        Raises:
            MCPError: An argument is unknown, or one that is required is empty.
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
