"""The account's data in SQLite: logins, modules, and one table of records a module.

A record is one row, a field one column of text; columns and tables are named after positions and digits, so no name
that a user chose becomes SQL. What is searched and sorted by gets an index when a large module is first asked for it.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Mapping, Sequence

from mockserver.crm.database import transaction
from mockserver.crm.sql import Clause, match_all
from mockserver.ivinex.schema import RECORD_ID, Module, compute_joined, type_empties
from mockserver.ivinex.seed import DEFAULT_LOGIN, IvinexSeed, ModuleSeed, Record, parse_module_definition

# Smaller modules are read through faster than anybody notices, and need no indexes to keep up to date.
LEAST_INDEXED = 1000


class Store:
    """Reads and writes an account's records.

    Args:
        connection: The database, in autocommit.
        has_typed_empties: Whether a missing value is printed, and compared, by the kind of its field.
    """

    def __init__(self, connection: sqlite3.Connection, *, has_typed_empties: bool = False) -> None:
        self._connection = connection
        self._has_typed_empties = has_typed_empties
        # How a text is compared: without case (assumed; so do CRMs on a MySQL database), in every alphabet.
        connection.create_function("ivinex_fold", 1, str.casefold, deterministic=True)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS ivinex_login (position INTEGER PRIMARY KEY, username TEXT, password TEXT)"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS ivinex_module"
            " (position INTEGER PRIMARY KEY, id TEXT UNIQUE, next_id INTEGER, definition TEXT)"
        )
        self._logins = list(connection.execute("SELECT username, password FROM ivinex_login ORDER BY position"))
        self._modules: dict[str, Module] = {}
        for module_id, definition in connection.execute("SELECT id, definition FROM ivinex_module ORDER BY position"):
            module = parse_module_definition(module_id, json.loads(definition), "ivinex.modules")
            self._modules[module_id] = self._prepare(module)
        self._indexes: set[tuple[str, str]] = set()
        self._drop_indexes()

    @property
    def modules(self) -> Mapping[str, Module]:
        """The account's modules by id, in the seed's order."""
        return self._modules

    @property
    def logins(self) -> Sequence[tuple[str, str]]:
        """The account's logins, in the seed's order."""
        return self._logins or [DEFAULT_LOGIN]

    def knows_login(self, username: str, password: str) -> bool:
        """Tell whether a login opens the account."""
        sent = f"{username}:{password}".encode()
        return any(hmac.compare_digest(sent, f"{name}:{secret}".encode()) for name, secret in self.logins)

    def number_user(self, username: str) -> str:
        """Return the id that `created_by` and `modified_by` show for a login: its position, from 1 (assumed)."""
        names = [name for name, _ in self.logins]
        return str(names.index(username) + 1) if username in names else "1"

    def replace_all(self, seed: IvinexSeed) -> None:
        """Replace all data by a seed."""
        with transaction(self._connection):
            for module_id in self._modules:
                self._connection.execute(f"DROP TABLE {_table(module_id)}")
            self._connection.execute("DELETE FROM ivinex_module")
            self._connection.execute("DELETE FROM ivinex_login")
            self._connection.executemany("INSERT INTO ivinex_login (username, password) VALUES (?, ?)", seed.logins)
            for module_seed in seed.modules:
                self._add_module(module_seed)
        self._indexes.clear()
        self._logins = list(seed.logins)
        self._modules = {module_seed.module.id: self._prepare(module_seed.module) for module_seed in seed.modules}

    def count_records(self) -> dict[str, int]:
        """Return how many records each module holds, by the module's name."""
        counts: dict[str, int] = {}
        for module in self._modules.values():
            sql = f"SELECT count(*) FROM {_table(module.id)}"  # noqa: S608 - digits of our own
            counts[module.name] = int(self._connection.execute(sql).fetchone()[0])
        return counts

    def search_records(
        self, module: Module, where: Sequence[Clause], order_by: str, limit: int, offset: int
    ) -> list[dict[str, str | None]]:
        """Return the records that meet every condition, every value text or null, in the order of the fields."""
        # The id is kept as an integer, to be ordered as one, and printed as text like every other value.
        columns = ", ".join(
            [f"CAST({RECORD_ID} AS TEXT)", *(f.column for f in module.fields.values() if f.name != RECORD_ID)]
        )
        condition = match_all(where)
        self._index(module, [*condition.sought, order_by])
        sql = (
            f"SELECT {columns} FROM {_table(module.id)}"  # noqa: S608 - all of it made here and in `filters`
            f" WHERE {condition.sql} ORDER BY {order_by} LIMIT ? OFFSET ?"
        )
        rows = self._connection.execute(sql, (*condition.values, limit, offset))
        names = list(module.fields)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def get_record(self, module: Module, record_id: int) -> dict[str, str | None] | None:
        """Return one record, or None where there is none."""
        found = self.search_records(module, [Clause("collection_id = ?", [record_id])], RECORD_ID, 1, 0)
        return found[0] if found else None

    def create_record(self, module: Module, values: Record) -> int:
        """Add a record, with the values computed from the given ones, and return its id, the next one of its module."""
        record_id = self._take_next_id(module)
        self._insert(module, [{**values, **compute_joined(module, values), RECORD_ID: str(record_id)}])
        return record_id

    def update_record(self, module: Module, record: Record, changes: Record) -> None:
        """Change the given values of a record, and those computed from them."""
        written = {**changes, **compute_joined(module, {**record, **changes})}
        assignments = ", ".join(f"{module.fields[name].column} = ?" for name in written)
        sql = f"UPDATE {_table(module.id)} SET {assignments} WHERE collection_id = ?"  # noqa: S608 - columns of our own
        self._connection.execute(sql, (*written.values(), record[RECORD_ID]))

    def delete_record(self, module: Module, record_id: int) -> None:
        """Delete a record for good; its id is never given again."""
        self._connection.execute(f"DELETE FROM {_table(module.id)} WHERE collection_id = ?", (record_id,))  # noqa: S608

    def list_records(self, module: Module) -> list[dict[str, str | None]]:
        """Return all records of a module."""
        return self.search_records(module, [], RECORD_ID, -1, 0)

    def read_definition(self, module: Module) -> dict[str, object]:
        """Return a module's name, title and fields as a seed has them."""
        sql = "SELECT definition FROM ivinex_module WHERE id = ?"
        return json.loads(self._connection.execute(sql, (module.id,)).fetchone()[0])

    def read_next_id(self, module: Module) -> int:
        """Return the id of a module's next new record."""
        sql = "SELECT next_id FROM ivinex_module WHERE id = ?"
        return int(self._connection.execute(sql, (module.id,)).fetchone()[0])

    def replace_module(self, seed: ModuleSeed) -> None:
        """Replace a module, its fields and its records."""
        module_id = seed.module.id
        self._connection.execute(f"DROP TABLE {_table(module_id)}")
        sql = "UPDATE ivinex_module SET definition = ? WHERE id = ?"
        self._connection.execute(sql, (json.dumps(seed.definition), module_id))
        self._fill_module(seed)
        self._drop_indexes()
        self._indexes.clear()
        self._modules[module_id] = self._prepare(seed.module)

    def _prepare(self, module: Module) -> Module:
        return type_empties(module) if self._has_typed_empties else module

    def _index(self, module: Module, wanted: Sequence[str]) -> None:
        """Make the indexes that a search would use, where they are missing and there is enough to find."""
        missing = {columns for columns in wanted if columns.split()[0] != RECORD_ID} - {
            columns for module_id, columns in self._indexes if module_id == module.id
        }
        table = _table(module.id)
        is_large = f"SELECT 1 FROM {table} LIMIT 1 OFFSET {LEAST_INDEXED}"  # noqa: S608 - digits of our own
        if missing and self._connection.execute(is_large).fetchone():
            for columns in sorted(missing):
                name = f"ivinex_index_{len(self._indexes)}"
                self._connection.execute(f"CREATE INDEX {name} ON {table} ({columns})")
                self._indexes.add((module.id, columns))

    def _drop_indexes(self) -> None:
        """Forget the indexes that a file or a snapshot brought: another Python may fold letters differently."""
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'ivinex_index_*'")
        for (name,) in found.fetchall():
            self._connection.execute(f"DROP INDEX {name}")

    def _take_next_id(self, module: Module) -> int:
        next_id = self.read_next_id(module)
        while self.get_record(module, next_id) is not None:  # a seed may start below ids that it holds
            next_id += 1
        self._connection.execute("UPDATE ivinex_module SET next_id = ? WHERE id = ?", (next_id + 1, module.id))
        return next_id

    def _add_module(self, seed: ModuleSeed) -> None:
        self._connection.execute(
            "INSERT INTO ivinex_module (id, next_id, definition) VALUES (?, ?, ?)",
            (seed.module.id, seed.next_id, json.dumps(seed.definition)),
        )
        self._fill_module(seed)

    def _fill_module(self, seed: ModuleSeed) -> None:
        columns = ", ".join(f"{field.column} TEXT" for field in list(seed.module.fields.values())[1:])
        self._connection.execute(
            f"CREATE TABLE {_table(seed.module.id)} (collection_id INTEGER PRIMARY KEY, {columns})"
        )
        self._insert(seed.module, seed.records)

    def _insert(self, module: Module, records: Sequence[Record]) -> None:
        columns = ", ".join(field.column for field in module.fields.values())
        marks = ", ".join("?" * len(module.fields))
        names = list(module.fields)
        sql = f"INSERT INTO {_table(module.id)} ({columns}) VALUES ({marks})"  # noqa: S608 - columns of our own
        self._connection.executemany(sql, ([record.get(name) for name in names] for record in records))


def _table(module_id: str) -> str:
    return f"ivinex_record_{int(module_id)}"
