"""How much a statement may be, for planning and running alike."""

from __future__ import annotations

import sqlite3

LONGEST_STATEMENT = 20_000
"""In characters."""
MOST_MEMORY = 64 * 1024 * 1024
"""What a statement may use beside what holds the data, in bytes."""
MOST_UNREAD = 200_000
"""How many ids of one kind are noted as unread."""

SQLITE_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 8 * LONGEST_STATEMENT,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
}
