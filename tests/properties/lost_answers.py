"""Faults by which a write ends without a clear answer: whether it was carried out, and what a client must say of it."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from crm_mcp.errors import CrmError, ServerFaultError, UnexpectedAnswerError, UnreachableError

LOOK = "look for it before you repeat it"
AGAIN = "sending it again does no harm"
"""What the error of a lost create, and that of a lost update, says."""


class Fault(NamedTuple):
    """What strikes a write.

    Attributes:
        document: The fault, as the fake's plan has it.
        is_done: Whether the write is carried out all the same.
        error: What the client makes of it.
    """

    document: dict[str, object]
    is_done: bool
    error: type[CrmError]


FAULTS = [
    Fault({"kind": "status", "status": 503}, is_done=False, error=ServerFaultError),
    Fault({"kind": "reset"}, is_done=False, error=UnreachableError),
    Fault({"kind": "html", "status": 200}, is_done=False, error=UnexpectedAnswerError),
    Fault({"kind": "reset_after_commit"}, is_done=True, error=UnreachableError),
    Fault({"kind": "truncate"}, is_done=True, error=UnreachableError),
    Fault({"kind": "malformed"}, is_done=True, error=UnexpectedAnswerError),
]
MAYBE = st.none() | st.none() | st.sampled_from(FAULTS)
