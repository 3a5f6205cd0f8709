"""Erases a person from the replica: their row, their addresses, and every text that tells of them."""

from __future__ import annotations

from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, PROJECTS, STATUSES, USERS
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import outdate
from crm_mcp.replica.views import quote
from crm_mcp.store.forgetting.erasing import ERASED, Person
from crm_mcp.store.transaction import Transaction

_WITHOUT_CONTACTS = frozenset({"migrations", "passes", "fills", "facts", USERS, STATUSES})


async def erase_from_replica(replica: Replica, person: Person, purged_at: float) -> None:
    """Erase a person who was purged at a time of the store, where anything was read at all.

    Raises:
        StoreError: The file cannot be written.
    """
    if await replica.exists():
        await replica.keep_through_purge(purged_at)
        await replica.run(lambda transaction: _erase(transaction, person))
        await replica.compact()


def _erase(transaction: Transaction, person: Person) -> None:
    own_id = int(person.record_id)
    tables = [name for (name,) in transaction.execute("select name from sqlite_master where type = 'table'")]
    addresses: list[int] = []
    if ADDRESSES in tables:
        found = transaction.execute(f"select id from {ADDRESSES} where contact_id = ?", (own_id,))
        addresses = [one for (one,) in found]
        transaction.execute(f"delete from {ADDRESSES} where contact_id = ?", (own_id,))
    if CONTACTS in tables:
        transaction.execute(f"delete from {CONTACTS} where id = ?", (own_id,))
    for kind, ids in (("contacts", [own_id]), ("addresses", addresses)):
        for one in ids:
            transaction.execute("delete from changes where kind = ? and id = ?", (kind, one))
    for table in tables:
        if table not in _WITHOUT_CONTACTS and not table.startswith("sqlite_"):
            _erase_texts(transaction, table, person)
    outdate(transaction, [PROJECTS, CONTACTS])


def _erase_texts(transaction: Transaction, table: str, person: Person) -> None:
    columns = [row[1] for row in transaction.execute(f"pragma table_info({quote(table)})")]
    for column in columns:
        name = quote(column)
        held = transaction.execute(f"select distinct {name} from {quote(table)} where typeof({name}) = 'text'")
        for (text,) in held:
            if person.is_in(text):
                sql = f"update {quote(table)} set {name} = ? where {name} = ?"
                transaction.execute(sql, (ERASED, text))
