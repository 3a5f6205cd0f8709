"""Who the work of a request is for, where one server serves several people; empty where it serves one."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with which logins.

    Attributes:
        user: The person, by a name that tells nothing of them and is the same in every process.
        name: What people may read of them, such as in the audit.
        logins: The logins of CRMs that are used for them.
    """

    user: str = ""
    name: str = ""
    logins: str = ""


_NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


def current_caller() -> Caller:
    """Return who the work of this task is for."""
    return _caller.get()


@contextlib.contextmanager
def working_on_behalf_of(caller: Caller) -> Generator[None]:
    """Work for a caller inside the block, also in tasks begun there."""
    before = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(before)
