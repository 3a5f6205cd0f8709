"""How the fake refuses a request: which errors there are and what they look like.

The document shows no error at all. The status codes and the body `{"Error": "..."}` are assumed.
Each refusal says in `hints` what was probably meant, or what to send instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.crm.api import ApiResponse


class RefusalError(Exception):
    """The whole request is refused.

    Args:
        message: What is wrong.
        section: The document's section that the request leaves.
        near: What was probably meant, or what to send instead: sentences that go on from the message.
        status: HTTP status.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        message: str,
        section: str,
        *,
        near: str = "",
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._message = join_sentences(message, near)
        super().__init__(self._message)
        self._section = section
        self._near = near.strip()
        self._status = status
        self._headers = headers or {}

    def to_answer(self, hints: Sequence[str] = ()) -> ApiResponse:
        """Return the answer that says so, with what was noted for the journal on the way."""
        reason = explain(self._message, self._section)
        near = [self._near] if self._near else []
        answer = ApiResponse.of_json(
            {"Error": self._message}, status=self._status, reason=reason, hints=[*hints, *near]
        )
        return replace(answer, headers=self._headers)


def join_sentences(message: str, near: str) -> str:
    """Return a message that goes on with what was probably meant."""
    return f"{message} {near.strip()}" if near.strip() else message


def explain(message: str, section: str) -> str:
    """Return the journal's reason: the message with the section of the document it rests on."""
    return f"{message} (ivinex.txt: {section}; status and text of the refusal are assumed)"
