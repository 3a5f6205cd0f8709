"""The tables of the store, as numbered migrations in SQL that SQLite and PostgreSQL both take.

A migration that was released never changes: what is new is a further one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm_mcp.errors import StoreError
from crm_mcp.languages import Texts

_texts = Texts(__file__)

Execute = Callable[..., list[tuple[Any, ...]]]

_VERSION_1 = """
create table locks (name text primary key);

-- Who may go on with something; an owner that does not renew its lease before `until_at` is taken for dead.
create table leases (name text primary key, owner text not null, until_at double precision not null);

-- Secrets of this server's own, such as the keys by which it knows its questions again; never of a CRM.
create table secrets (name text primary key, value text not null);

-- The request budget: the requests of the last minute, who waits for one, and until when the CRM refuses all.
create table sends (budget text not null, at double precision not null);
create index sends_by_time on sends (budget, at);
create table waiting (
    ticket text primary key, budget text not null, lane integer not null,
    since double precision not null, alive double precision not null
);
create table pauses (budget text primary key, until_at double precision not null);

-- Idempotency keys: the arguments that one was first used with, and the draft that they were resolved to.
create table keys (
    account text not null, tool text not null, key text not null, made_at double precision not null,
    arguments text not null, draft text, primary key (account, tool, key)
);

-- Plans; `write_id` is set by the one call that applies it, `told` once a caller was given the whole result.
create table plans (
    plan_id text primary key, account text not null, tool text not null, key text not null,
    made_at double precision not null, expires_at double precision not null,
    arguments text not null, draft text not null,
    write_id text, finished_at double precision, told integer not null default 0, successor text
);

-- The audit: a row for each call that wrote, and one for each of its records, made before the request goes out.
create table batches (
    write_id text primary key, account text not null, at double precision not null,
    tool text not null, noun text not null, who text not null, key text not null, plan_id text not null,
    target text not null, asked integer not null, is_batch integer not null, undoes text not null
);
create index batches_by_time on batches (account, at);
create index batches_by_key on batches (account, tool, key);
create index batches_by_undone on batches (account, undoes) where undoes <> '';
-- `place` counts the records of the call from 0; `outcome` is sent, written, refused, unknown or skipped; `change` is
-- JSON of what was to be written and of what was there before, `result` of what the caller was told, `alike` of the ids
-- that matched a new record before it was sent (null where they cannot be searched).
create table writes (
    write_id text primary key, account text not null, batch text not null, place integer not null,
    at double precision not null, record_id text not null, outcome text not null,
    change text not null, result text, alike text, timed_out_at double precision, undone_by text
);
create index writes_by_batch on writes (batch, place);
create index writes_by_record on writes (account, record_id);
create index writes_by_undoing on writes (undone_by) where undone_by is not null;
"""
_VERSION_2 = """
-- Calls that became tasks; `owner` names the logins they were made with, `outcome` is JSON.
create table tasks (
    task_id text primary key, owner text not null, tool text not null, status text not null, message text not null,
    made_at double precision not null, updated_at double precision not null, expires_at double precision not null,
    outcome text, is_cancelled integer not null default 0
);
"""
_VERSION_3 = """
-- Sessions of clients that begin with the handshake of before 2026, so that each process can go on with one: `owner`
-- is whose token began it, `opening` the JSON of its first request.
create table http_sessions (
    session_id text primary key, owner text not null, opening text not null, used_at double precision not null
);
create index http_sessions_by_owner on http_sessions (owner, used_at);

-- Files of export_search, in pieces that are sealed by a key which stands in their address alone; `pieces` is how many
-- there are, null as long as the file is being made; `account` is each account that it is of, a space between two.
create table exports (
    export_id text primary key, account text not null, made_at double precision not null,
    expires_at double precision not null, size integer not null default 0, pieces integer
);
create index exports_by_account on exports (account, made_at);
create table export_pieces (
    export_id text not null, place integer not null, sealed bytea not null, primary key (export_id, place)
);

-- When a person was last purged from an account; whom it was is not kept.
create table purges (account text primary key, at double precision not null);

-- What a task asks and what was replied, each sealed by a key that is made of the task's id. `task_id` is only a hash
-- of that, so that the store can open neither these nor `outcome`.
alter table tasks add column asked text;
alter table tasks add column replies text;

-- What clients sent to one process that is for another: `recipient` is that one, or the request that it works on.
create table http_messages (
    message_id text primary key, recipient text not null, body text not null, at double precision not null
);
create index http_messages_by_recipient on http_messages (recipient);
"""
MIGRATIONS: Sequence[str] = (_VERSION_1, _VERSION_2, _VERSION_3)


def migrate(execute: Execute, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the tables to the newest version, in the transaction that `execute` belongs to.

    Raises:
        StoreError: They are of a newer version than this one knows.
    """
    execute("create table if not exists migrations (version integer primary key)")
    ((version,),) = execute("select coalesce(max(version), 0) from migrations")
    if version > len(migrations):
        raise StoreError(
            _texts.later(
                "It was made by a newer crm-mcp: its tables are of version {version}, known here is {known}.",
                version=version,
                known=len(migrations),
            ),
            hint=_texts.later("Update this crm-mcp, or let CRM_MCP_STORE name another place."),
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        for statement in filter(str.strip, script.split(";\n")):
            execute(statement)
        execute("insert into migrations (version) values (?)", (number,))
