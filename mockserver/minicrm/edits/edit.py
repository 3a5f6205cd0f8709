"""Carrying out one edit: which function does it, and what is said where it cannot be done."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.crm.api import SeedError
from mockserver.crm.edits import Edit, EditError, Purge, RecordAddition, RecordEdit, SetupEdit
from mockserver.minicrm.edits.purge import purge
from mockserver.minicrm.edits.records import KINDS, add_record, edit_record
from mockserver.minicrm.edits.setup import edit_setup
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account


def carry_out(edit: Edit, build_context: Callable[[str], RequestContext]) -> None:
    """Carry out an edit.

    Args:
        edit: What is done.
        build_context: Makes the context of a request to an id.

    Raises:
        EditError: It cannot be done.
    """
    try:
        if isinstance(edit, SetupEdit):
            edit_setup(build_context("").connection, edit.changes)
        elif isinstance(edit, RecordAddition):
            add_record(build_context(""), edit.kind, edit.values)
        else:
            _edit_one(edit, build_context(str(edit.record_id)))
    except RefusalError as refusal:
        raise EditError("; ".join((str(refusal), *refusal.hints))) from refusal
    except SeedError as error:
        raise EditError(f"setup: {error}") from error


def _edit_one(edit: RecordEdit | Purge, context: RequestContext) -> None:
    kind = KINDS.get(edit.kind)
    if kind is None:
        raise EditError(f"kind: MiniCRM has {', '.join(KINDS)}, not {edit.kind!r}.")
    if isinstance(edit, Purge):
        purge(context, context.read_target(kind))
    else:
        edit_record(context, edit.kind, edit.values, _find_user(context.account, edit.user))


def _find_user(account: Account, user: str) -> int | None:
    """Return the user who does it, the account's first where none is named."""
    if not user:
        return next(iter(account.users), None)
    if int(user) not in account.users:
        raise EditError(f"user: there is no user {user}; there are {', '.join(map(str, account.users))}.")
    return int(user)
