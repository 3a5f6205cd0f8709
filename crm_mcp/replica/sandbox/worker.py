"""A process that runs statements over SQLite files which it cannot change: `python -I -S worker.py`.

It imports nothing of this project, so that it starts in 20 ms. On stdin and stdout it speaks JSON, each message after
its length in eight bytes; the databases that are no files follow the first message. The first message is the setup,
`{files, allowed, limits, memory, most_unread}`, and every further one a statement, `{views, local_time, sql,
max_rows, max_bytes, seconds}`. A response is what the setup or the statement gave, or `{error, message}`.

Statements see TEMP views alone: the authorizer lets a file's own table be read only from within a view, but its rows
could be counted, and a name of WITH that is called like a view could read it. Where statements are planned, which comes
first, no file's table exists.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import sys
import time
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

_SIZE = 8
_STEPS_BETWEEN_LOOKS = 100
_MOST_NUMBERS = 2_000_000
"""How many numbers a median may be of: they lie outside the memory that SQLite limits."""
_LONGEST_TEXT = 1_000_000
_ADDRESS_SPACE = 1 << 30
_MAPPED = 128 << 20
_LARGEST_FILE = 16 << 20
"""The index of a write-ahead log is a file that a reader makes."""
_NOT_A_DIGIT = re.compile(r"\D", re.ASCII)
_TEXT_FROM_BYTES: Callable[[bytes], str] = lambda raw: raw.decode(errors="replace")  # noqa: E731


class RefusedError(Exception):
    """What stops a statement, in words for whoever asked.

    Attributes:
        kind: `time`, `memory`, `row`, `file` or `sqlite`.
    """

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class Database:
    """The connection that all statements use."""

    def __init__(self, setup: dict[str, Any], stdin: BinaryIO) -> None:
        self._allowed = frozenset(setup["allowed"])
        self._most_unread = setup["most_unread"]
        self._connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0, uri=True)
        self._connection.text_factory = _TEXT_FROM_BYTES
        self._views: list[str] = []
        self._names = frozenset[str]()
        self._deadline = math.inf
        self._complaint: RefusedError | None = None
        self._unread: dict[str, dict[Any, None]] = {}
        self._local_time = ""
        self._attach(setup["files"], stdin)
        self._give_functions()
        self._limit(setup)

    def run(self, order: dict[str, Any]) -> Iterator[bytes]:
        """Yield the parts of a response to a statement.

        Raises:
            RefusedError: It could not be run to its end.
        """
        self._local_time = order["local_time"] or time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        self._unread, self._complaint = {}, None
        self._deadline = time.monotonic() + order["seconds"]
        try:
            self._make_views(order["views"])
            columns, rows, more = self._fetch(order["sql"], order["max_rows"], order["max_bytes"])
        except (sqlite3.Error, sqlite3.Warning, MemoryError) as error:
            raise self._refusal(error) from error
        finally:
            self._deadline = math.inf
        unread = {kind: list(ids) for kind, ids in self._unread.items()}
        yield _json({"columns": columns, "more": more, "unread": unread})[:-1]
        yield b',"rows":[' + b",".join(rows) + b"]}"

    def _attach(self, files: dict[str, str | int], stdin: BinaryIO) -> None:
        for name, file in files.items():
            if isinstance(file, int):
                self._connection.execute(f"attach ':memory:' as {name}")
                self._connection.deserialize(_without_log(_whole(stdin, file)), name=name)
            else:
                self._connection.execute(f"attach ? as {name}", [f"{Path(file).as_uri()}?mode=ro"])
            self._connection.execute(f"pragma {name}.mmap_size = {_MAPPED}")
            self._listed(f"{name}.sqlite_master")  # so that a file that cannot be read shows now

    def _limit(self, setup: dict[str, Any]) -> None:
        with suppress(sqlite3.Error):  # connected now, since the authorizer would refuse it; an old SQLite may lack it
            self._connection.execute("select 1 from json_each('[]')").fetchall()
        for name, value in (("temp_store", "memory"), ("hard_heap_limit", setup["memory"]), ("query_only", 1)):
            self._connection.execute(f"pragma {name} = {value}").fetchall()
        for limit, value in setup["limits"]:
            self._connection.setlimit(limit, value)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)
        self._connection.set_authorizer(self._judge)

    def _is_late(self) -> bool:
        if time.monotonic() < self._deadline:
            return False
        self._complaint = RefusedError("time")
        return True

    def _make_views(self, views: Sequence[str]) -> None:
        if list(views) == self._views:
            return
        self._connection.set_authorizer(None)
        self._connection.execute("pragma query_only = 0")
        self._views = []
        try:
            for name in self._names:
                self._connection.execute(f"drop view temp.{name}")
            for view in views:
                self._connection.execute(view)
        finally:
            self._names = self._listed("sqlite_temp_master")
            self._connection.execute("pragma query_only = 1")
            self._connection.set_authorizer(self._judge)
        self._views = list(views)

    def _listed(self, master: str) -> frozenset[str]:
        return frozenset(name.lower() for (name,) in self._connection.execute(f"select name from {master}"))

    def _judge(self, action: int, first: str | None, second: str | None, schema: str | None, view: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            return sqlite3.SQLITE_OK if self._may_read(str(first), second, schema, view) else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second in self._allowed or view in self._names):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    def _may_read(self, table: str, column: str | None, schema: str | None, view: str | None) -> bool:
        if table.lower().startswith("sqlite_"):
            return False
        is_only_counted = column == ""  # also what a view reads; the name may be one of WITH
        is_view = schema == "temp" and table in self._names
        return is_only_counted or is_view or view in self._names or table == "json_each"

    def _fetch(self, sql: str, max_rows: int, max_bytes: int) -> tuple[list[str], list[bytes], bool]:
        cursor = self._connection.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        rows: list[bytes] = []
        for row in cursor:
            encoded = _json([_plain(value) for value in row])
            max_bytes -= len(encoded) + 1
            if len(rows) == max_rows or (max_bytes < 0 and rows):
                return columns, rows, True
            if max_bytes < 0:
                raise RefusedError("row", f"{len(encoded):,}")
            rows.append(encoded)
        return columns, rows, False

    def _refusal(self, error: Exception) -> RefusedError:
        if self._complaint:
            return self._complaint
        if isinstance(error, MemoryError) or "out of memory" in str(error):
            return RefusedError("memory")
        is_file = any(word in str(error) for word in ("unable to open", "disk I/O", "malformed", "not a database"))
        return RefusedError("file" if is_file and "JSON" not in str(error) else "sqlite", str(error))

    def _complain(self, message: str) -> None:
        """Stop the statement with a message: what a function raises does not reach whoever called it."""
        self._complaint = RefusedError("sqlite", message)
        raise ValueError(message)

    def _give_functions(self) -> None:
        give = self._connection.create_function
        give("fold", 1, fold, deterministic=True)
        give("digits", 1, digits, deterministic=True)
        give("now", 0, lambda: self._local_time, deterministic=True)
        give("today", 0, lambda: self._local_time[:10], deterministic=True)
        give("unread", 3, self._note_unread, deterministic=True)
        self._give_aggregate("median", 1, Median)
        if sqlite3.sqlite_version_info < (3, 44):
            give("concat", -1, concat, deterministic=True)
            self._give_aggregate("string_agg", 2, StringAgg)

    def _give_aggregate(self, name: str, arguments: int, kind: Callable[[Callable[[str], None]], Any]) -> None:
        self._connection.create_aggregate(name, arguments, partial(kind, self._complain))

    def _note_unread(self, kind: str, record_id: Any, value: Any) -> Any:  # noqa: ANN401
        ids = self._unread.setdefault(kind, {})
        if len(ids) < self._most_unread:
            ids[record_id] = None
        return value


class Median:
    """The middle number of a group, or the mean of the two in the middle."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._numbers = array("d")

    def step(self, value: object) -> None:
        """Take a value; NULL counts for nothing."""
        if value is None:
            return
        if len(self._numbers) == _MOST_NUMBERS:
            self._complain(f"median() takes at most {_MOST_NUMBERS:,} values")
        try:
            self._numbers.append(float(value))  # type: ignore[arg-type]  # what is no number raises
        except ValueError:
            self._complain("median() takes numbers alone")

    def finalize(self) -> float | None:
        """Give the median; None of no value."""
        numbers = sorted(self._numbers)
        middle = len(numbers) // 2
        if not numbers:
            return None
        return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2


class StringAgg:
    """The texts of a group, joined."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._parts: list[str] = []
        self._length = 0

    def step(self, value: object, separator: object) -> None:
        """Take a text and what stands before it, unless it is the first; NULL counts for nothing."""
        if value is None:
            return
        part = concat(separator, value) if self._parts else concat(value)
        self._parts.append(part)
        self._length += len(part)
        if self._length > _LONGEST_TEXT:
            self._complain(f"string_agg() gives at most {_LONGEST_TEXT:,} characters")

    def finalize(self) -> str | None:
        """Give the joined text; None of no value."""
        return "".join(self._parts) if self._parts else None


class _Folded(dict[int, str]):
    """Each letter without case and accents, worked out when it is first met: three times as quick as text by text."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).casefold()
        self[code] = "".join(letter for letter in letters if not unicodedata.combining(letter))
        return self[code]


_FOLDED = _Folded()


def fold(value: object) -> str | None:
    """Return a text without case and accents."""
    if value is None:
        return None
    text = _text(value)
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def digits(value: object) -> str | None:
    """Return the digits of a text alone."""
    return None if value is None else _NOT_A_DIGIT.sub("", _text(value))


def concat(*values: object) -> str:
    """Return the texts one after another, NULL as nothing."""
    return "".join(_text(value) for value in values if value is not None)


def _text(value: object) -> str:
    return _TEXT_FROM_BYTES(value) if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return a value as JSON can hold it."""
    if isinstance(value, bytes):
        return _TEXT_FROM_BYTES(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def _whole(stdin: BinaryIO, size: int) -> bytes:
    data = stdin.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _without_log(database: bytes) -> bytes:
    """Return a database in memory as one without a write-ahead log, which it could not have there."""
    return database if database[18:20] != b"\2\2" else database[:18] + b"\1\1" + database[20:]


def _messages(stdin: BinaryIO) -> Iterator[dict[str, Any]]:
    with suppress(EOFError):
        while True:
            yield json.loads(_whole(stdin, int.from_bytes(_whole(stdin, _SIZE), "big")))


def _send(*parts: bytes) -> None:
    sys.stdout.buffer.write(sum(map(len, parts)).to_bytes(_SIZE, "big") + b"".join(parts))
    sys.stdout.buffer.flush()


def _limit_process(databases: int) -> None:
    """Limit memory and files by the system, where it has such limits."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (("AS", _ADDRESS_SPACE + 3 * databases), ("FSIZE", _LARGEST_FILE), ("CORE", 0)):
        with suppress(OSError, ValueError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def main() -> None:
    """Serve until stdin ends."""
    messages = _messages(sys.stdin.buffer)
    setup = next(messages, None)
    if setup is None:
        return
    _limit_process(sum(size for size in setup["files"].values() if isinstance(size, int)))
    try:
        database = Database(setup, sys.stdin.buffer)
    except sqlite3.Error as error:
        _send(_json({"error": "file", "message": str(error)}))
        return
    _send(_json({}))
    for order in messages:
        try:
            response = list(database.run(order))
        except RefusedError as refused:
            response = [_json({"error": refused.kind, "message": str(refused)})]
        _send(*response)


if __name__ == "__main__":
    main()
