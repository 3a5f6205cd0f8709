"""Erases a person from what was written here: who wrote, and when, stays; what was written of the person goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from crm_mcp.store.forgetting.exports import drop_exports
from crm_mcp.store.forgetting.purges import note_purge
from crm_mcp.store.transaction import Transaction

ERASED = "(erased)"
"""Stands in place of a text that told of the person."""
MARK = "is_erased"
"""The key that is set in a change of which something was erased."""
_FIELDS = ("sent", "shown", "before", "held", "left", "left_shown", "wanted")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is erased.

    Attributes:
        record_id: Their id.
        records: The ids of the records that are theirs, by what batches call such records: nothing is left of what was
            written to these.
        texts: What tells of them wherever it stands, such as the name and the email.
    """

    record_id: str
    records: Mapping[str, Collection[str]]
    texts: Sequence[str]

    def is_in(self, text: str) -> bool:
        """Tell whether a text tells of them."""
        folded = text.casefold()
        return any(one.casefold() in folded for one in self.texts)


def erase_person(transaction: Transaction, account: str, person: Person) -> float:
    """Erase a person from audit, keys, plans, tasks and exports of an account.

    Into files of exports and results of tasks nobody can look here: all of them go.
    Return when that was, see `note_purge`.
    """
    purged_at = note_purge(transaction, account)
    drop_exports(transaction, "' ' || account || ' ' like ?", (f"% {account} %",))
    own = _erase_writes(transaction, account, person)
    for tool, key, plan_id in own:
        transaction.execute(
            "update keys set arguments = '{}', draft = null where account = ? and tool = ? and key = ?",
            (account, tool, key),
        )
        transaction.execute("delete from plans where account = ? and plan_id = ?", (account, plan_id))
    _erase_json(transaction, "keys", ("account", "tool", "key"), ("arguments", "draft"), account, person)
    for plan_id, arguments, draft in transaction.execute(
        "select plan_id, arguments, draft from plans where account = ? and write_id is null", (account,)
    ):
        if person.is_in(arguments) or person.is_in(draft):
            transaction.execute("delete from plans where plan_id = ?", (plan_id,))
    _erase_json(transaction, "plans", ("plan_id",), ("arguments", "draft"), account, person)
    transaction.execute("delete from tasks where outcome is not null and owner like ?", (f"%{account}%",))
    return purged_at


def _erase_writes(transaction: Transaction, account: str, person: Person) -> list[tuple[str, str, str]]:
    """Erase the person from the audit; return tool, key and plan of the calls that wrote the person itself."""
    own: list[tuple[str, str, str]] = []
    rows = transaction.execute(
        "select w.write_id, w.record_id, w.change, w.result, b.noun, b.tool, b.key, b.plan_id "
        "from writes w join batches b on b.write_id = w.batch where w.account = ?",
        (account,),
    )
    for write_id, record_id, change, result, noun, tool, key, plan_id in rows:
        is_own = record_id in person.records.get(noun, ())
        if is_own:
            own.append((tool, key, plan_id))
        if not is_own and not person.is_in(change) and not person.is_in(result or ""):
            continue
        transaction.execute(
            "update writes set change = ?, result = ? where write_id = ?",
            (_erased_change(change, person, whole=is_own), result and _erased_json(result, person), write_id),
        )
    return own


def _erased_change(text: str, person: Person, *, whole: bool) -> str:
    change: dict[str, Any] = json.loads(_erased_json(text, person))
    if whole:
        for name in _FIELDS:
            change[name] = change.get(name) and dict.fromkeys(change[name], ERASED)
        change.update(name="", notes=[])
    return _dumped({**change, MARK: True})


def _erase_json(
    transaction: Transaction,
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    account: str,
    person: Person,
) -> None:
    rows = transaction.execute(
        f"select {', '.join((*key, *columns))} from {table} where account = ?",  # noqa: S608  # names of this module
        (account,),
    )
    where = " and ".join(f"{name} = ?" for name in key)
    for row in rows:
        own, texts = row[: len(key)], row[len(key) :]
        if any(text and person.is_in(text) for text in texts):
            values = [text and _erased_json(text, person) for text in texts]
            assigned = ", ".join(f"{name} = ?" for name in columns)
            transaction.execute(f"update {table} set {assigned} where {where}", (*values, *own))  # noqa: S608


def _erased_json(text: str, person: Person) -> str:
    def erased(text: str) -> str:
        return ERASED if person.is_in(text) else text

    return _dumped(_mapped(json.loads(text), erased))


def _mapped(value: object, change: Callable[[str], str]) -> object:
    """Return parsed JSON with each text in it, keys left out, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(one, change) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _mapped(one, change) for name, one in cast("dict[str, object]", value).items()}
    return value


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
