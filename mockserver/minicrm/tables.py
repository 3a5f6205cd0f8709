"""The fake MiniCRM's tables, all prefixed `minicrm_`, in the SQLite database that both CRMs share.

What a search can name is a column; the fields that differ from module to module lie as one JSON object in `fields`.
"""

from __future__ import annotations

import sqlite3

# U+E000 is a word of its own to the tokenizer, so that no phrase reaches from one field into the next.
FIELD_BREAK = " \ue000 "

_TABLES = """
CREATE TABLE IF NOT EXISTS minicrm_account (document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS minicrm_next_id (kind TEXT PRIMARY KEY, id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS minicrm_project (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL,
  contact_id INTEGER,
  status_id INTEGER,
  user_id INTEGER,
  name TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  reference_id TEXT,
  created_at TEXT NOT NULL,
  created_by INTEGER,
  updated_at TEXT NOT NULL,
  updated_by INTEGER,
  fields TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS minicrm_contact (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  business_id INTEGER,
  phone_backwards TEXT NOT NULL,
  reference_id TEXT,
  created_at TEXT NOT NULL,
  created_by INTEGER,
  updated_at TEXT NOT NULL,
  updated_by INTEGER,
  fields TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS minicrm_task (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  user_id INTEGER,
  type INTEGER,
  status TEXT NOT NULL,
  deadline TEXT,
  comment TEXT,
  attachments TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS minicrm_address (
  id INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL,
  fields TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS minicrm_project_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE IF NOT EXISTS minicrm_contact_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')
"""

_INDEXES = """
CREATE INDEX IF NOT EXISTS minicrm_project_by_category ON minicrm_project (category_id, deleted);
CREATE INDEX IF NOT EXISTS minicrm_project_by_contact ON minicrm_project (contact_id, deleted);
CREATE INDEX IF NOT EXISTS minicrm_project_by_status ON minicrm_project (status_id, deleted);
CREATE INDEX IF NOT EXISTS minicrm_project_by_user ON minicrm_project (user_id, deleted);
CREATE INDEX IF NOT EXISTS minicrm_project_out_of_trash ON minicrm_project (id) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS minicrm_project_in_trash ON minicrm_project (id) WHERE deleted = 1;
CREATE INDEX IF NOT EXISTS minicrm_project_by_name ON minicrm_project (name);
CREATE INDEX IF NOT EXISTS minicrm_project_by_reference ON minicrm_project (reference_id);
CREATE INDEX IF NOT EXISTS minicrm_project_by_update ON minicrm_project (updated_at, deleted);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_type ON minicrm_contact (type);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_name ON minicrm_contact (name);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_business ON minicrm_contact (business_id);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_phone ON minicrm_contact (phone_backwards);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_reference ON minicrm_contact (reference_id);
CREATE INDEX IF NOT EXISTS minicrm_contact_by_update ON minicrm_contact (updated_at);
CREATE INDEX IF NOT EXISTS minicrm_task_by_project ON minicrm_task (project_id, status);
CREATE INDEX IF NOT EXISTS minicrm_address_by_contact ON minicrm_address (contact_id)
"""

_NAMES = (
    "minicrm_account",
    "minicrm_next_id",
    "minicrm_project",
    "minicrm_contact",
    "minicrm_task",
    "minicrm_address",
    "minicrm_project_words",
    "minicrm_contact_words",
)


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that are missing."""
    _execute_all(connection, _TABLES)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes that are missing; after many rows were inserted this is faster than before."""
    _execute_all(connection, _INDEXES)


def drop_tables(connection: sqlite3.Connection) -> None:
    """Remove all tables with what they hold, and with the indexes that searches have made."""
    for name in _NAMES:
        connection.execute(f"DROP TABLE IF EXISTS {name}")


def _execute_all(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):  # `executescript` would commit the step this may be part of
        connection.execute(statement)
