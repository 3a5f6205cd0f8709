"""How the fake refuses a request: which errors there are and what they look like.

The document shows no error at all. The status codes and the body `{"Error": "..."}` are assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.exchange import ApiAnswer


class RefusalError(Exception):
    """The whole request is refused.

    Args:
        message: What is wrong and what to send instead.
        section: The document's section that the request leaves.
        status: HTTP status.
        headers: Further headers of the answer.
    """

    def __init__(
        self, message: str, section: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self._message = message
        self._section = section
        self._status = status
        self._headers = headers or {}

    def to_answer(self, hints: Sequence[str] = ()) -> ApiAnswer:
        """Return the answer that says so, with what was noted for the journal on the way."""
        reason = explain(self._message, self._section)
        answer = ApiAnswer.of_json({"Error": self._message}, status=self._status, reason=reason, hints=hints)
        return replace(answer, headers=self._headers)


def explain(message: str, section: str) -> str:
    """Return the journal's reason: the message with the section of the document it rests on."""
    return f"{message} (ivinex.txt: {section}; status and text of the refusal are assumed)"
