"""What a salesperson asks of 50,000 records, warm, beside plain SQLite over the same rows.

    python benchmarks/queries.py [--records 50000] [--only WORD]

The records are generated, the same at every run, and read into the replica from a fake in this process. Each statement
is then asked once, and after that five times within the minute in which nothing is asked of the CRM: the fastest
counts. The reference is the same statement in this process over tables that hold what the views show.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import math
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crm_mcp.errors import QueryError
from crm_mcp.replica.query import QueryEngine
from crm_mcp.replica.sandbox.sandbox import Sandbox
from mockserver.crm.profiles import Profile
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from tests.support.copied_account import CopiedAccount

NOW_S = dt.datetime(2027, 1, 5, 9, tzinfo=dt.UTC).timestamp()
MOST_MS = 300.0
ROUNDS = 5
QUERIES: Mapping[str, str] = {
    "pipeline by status, with the sum of budgets": (
        "select status, count(*) as cards, sum(int1201) as budget from minicrm_projects_sales"
        " where deleted = 0 group by status order by budget desc"
    ),
    "won last month by user": (
        "select user, count(*) as won, sum(int1201) as budget from minicrm_projects_sales"
        " where deleted = 0 and status_group = 'Success'"
        " and updated_at >= date('now', 'start of month', '-1 month') and updated_at < date('now', 'start of month')"
        " group by user order by budget desc"
    ),
    "overdue tasks by user": (
        "select t.user, count(*) as overdue, min(t.deadline) as oldest from minicrm_tasks t"
        " join minicrm_projects p on p.id = t.project_id where p.deleted = 0"
        " and t.status = 'Open' and t.deadline < datetime('now') group by t.user order by overdue desc"
    ),
    "contacts without a project": (
        "select c.id, c.name, c.email from minicrm_contacts c"
        " where not exists (select 1 from minicrm_projects p where p.contact_id = c.id) order by c.name limit 50"
    ),
    "projects with no open task": (
        "select p.id, p.name, p.user from minicrm_projects p left join minicrm_tasks t"
        " on t.project_id = p.id and t.status = 'Open' where p.deleted = 0 and p.status_group = 'Open' and t.id is null"
        " order by p.updated_at limit 50"
    ),
    "top 10 companies by value": (
        "select business, count(*) as deals, sum(int1201) as value from minicrm_projects_sales"
        " where deleted = 0 and business_id is not null group by business_id order by value desc limit 10"
    ),
    "cards with no change for 30 days": (
        "select id, name, user, updated_at from minicrm_projects"
        " where deleted = 0 and status_group = 'Open' and updated_at < datetime('now', '-30 days')"
        " order by updated_at limit 100"
    ),
    "a name without its accents": (
        "select id, name, phone from minicrm_contacts where fold(name) like '%kovacs%' order by name limit 50"
    ),
    "a phone number by its digits": "select id, name, phone from minicrm_contacts where digits(phone) like '%5555920'",
    "median budget of each status": (
        "select status, median(int1201) as median, avg(int1201) as mean, count(*) as deals"
        " from minicrm_projects_sales where deleted = 0 and int1201 > 0 group by status"
    ),
    "new cards month by month": (
        "select substr(created_at, 1, 7) as month, count(*) as cards from minicrm_projects"
        " where deleted = 0 group by month order by month"
    ),
    "each month beside the month before": (
        "with months as (select strftime('%Y-%m', created_at) as month, count(*) as cards"
        " from minicrm_projects_sales where deleted = 0 group by month)"
        " select month, cards, cards - lag(cards) over (order by month) as more from months order by month"
    ),
    "cards by a choice": (
        "select enum1205 as source, count(*) as deals, sum(status_group = 'Success') as won"
        " from minicrm_projects_sales where deleted = 0 group by enum1205 order by deals desc"
    ),
    "cards by one choice of several": (
        "select count(*) from minicrm_projects_sales where deleted = 0 and ', ' || set1206 || ',' like '%, Kitchen,%'"
    ),
    "the three largest deals of each user": (
        "select user, name, int1201 from (select user, name, int1201,"
        " row_number() over (partition by user order by int1201 desc) as place"
        " from minicrm_projects_sales where deleted = 0) where place <= 3 order by user, place"
    ),
    "each user's share of the pipeline": (
        "select user, sum(int1201) as value, round(100.0 * sum(int1201) / sum(sum(int1201)) over (), 1) as percent"
        " from minicrm_projects_sales where deleted = 0 and status_group in ('Lead', 'Open') group by user"
    ),
    "decisions due in the next four weeks": (
        "select name, business, user, datetime1202 from minicrm_projects_sales"
        " where deleted = 0 and datetime1202 between date('now') and date('now', '+28 days') order by datetime1202"
    ),
    "customers with both a deal and a complaint": (
        "select c.name, count(distinct s.id) as deals, count(distinct p.id) as complaints from minicrm_contacts c"
        " join minicrm_projects_sales s on s.business_id = c.id join minicrm_projects_support p on p.business_id = c.id"
        " where s.deleted = 0 and p.deleted = 0 group by c.id order by complaints desc, c.name limit 50"
    ),
    "people of one company with their tasks": (
        "select c.name, p.name, t.comment, t.deadline from minicrm_contacts c"
        " join minicrm_projects p on p.contact_id = c.id join minicrm_tasks t on t.project_id = p.id"
        " where c.business_id = (select business_id from minicrm_contacts where business_id is not null"
        " group by business_id order by count(*) desc, business_id limit 1) order by t.deadline"
    ),
    "contacts of one town": (
        "select c.name, c.phone, a.city from minicrm_contacts c join minicrm_addresses a on a.contact_id = c.id"
        " where fold(a.city) like 'buda%' order by c.name limit 100"
    ),
    "who is twice in the contacts": (
        "select fold(name) as same, count(*) as times, group_concat(id) as ids from minicrm_contacts"
        " group by same having times > 1 order by times desc limit 50"
    ),
    "words in what customers want": (
        "select id, name from minicrm_projects_sales where deleted = 0 and fold(text1204) like '%synergy%' limit 100"
    ),
    "how much of each table is held": "select kind, rows, complete, rows_as_of from freshness order by kind",
}


class Median:
    """The reference's own."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def step(self, value: float | None) -> None:
        """Take one value."""
        if value is not None:
            self._values.append(value)

    def finalize(self) -> float | None:
        """Return the middle one."""
        return statistics.median(self._values) if self._values else None


def fold(text: str | None) -> str | None:
    """Return a text without case and accents."""
    if text is None:
        return None
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


async def build_reference(account: CopiedAccount) -> sqlite3.Connection:
    """Return the same rows as plain tables in memory."""
    plain = sqlite3.connect(":memory:")
    plain.create_function("fold", 1, fold, deterministic=True)
    plain.create_function("digits", 1, lambda text: text and re.sub(r"\D", "", text), deterministic=True)
    plain.create_aggregate("median", 1, Median)  # pyright: ignore[reportArgumentType]
    source = account.source
    plain.execute("attach ? as minicrm", (str(source.replica.path),))
    for table in source.facts.tables.values():
        columns = ", ".join(
            f"({column.sql.format(schema='minicrm', value=f't.{column.of}')}) as {column.name}"
            if column.sql
            else f"cast(t.{column.name} as {column.sql_type}) as {column.name}"
            for column in table.columns
        )
        where = f"t.part_ = '{table.part}'" if table.part_of else "t.holder_ = 0"
        plain.execute(
            f"create table main.{table.name} as select {columns} from minicrm.{table.stored_in} t where {where}"  # noqa: S608
        )
    return plain


def in_account_time(sql: str, now: str) -> str:
    """Return a statement for plain SQLite, which has another `now`."""
    return sql.replace("'now'", f"'{now}'")


async def fill(account: CopiedAccount) -> None:
    """Read everything, and tell what it took."""
    began_s, asked = time.monotonic(), account.asked
    await account.source.fill()
    print(f"filled by {account.asked - asked} requests in {time.monotonic() - began_s:.0f} s")


async def ask_all(account: CopiedAccount, only: str) -> list[str]:
    """Time each statement and return which were too slow or were answered otherwise than the reference."""
    plain = await build_reference(account)
    engine = QueryEngine([account.source], Sandbox(), math.inf)
    wrong: list[str] = []
    print(f"{'':50} {'first':>8} {'warm':>8} {'plain':>8} {'rows':>5}")
    for title, sql in QUERIES.items():
        if only not in title:
            continue
        began_s, asked = time.perf_counter(), account.asked
        try:
            answer = await engine.query(sql)
        except QueryError as error:
            print(f"{title:50} {error}", flush=True)
            wrong.append(title)
            continue
        first_ms, cost = (time.perf_counter() - began_s) * 1000, account.asked - asked
        times: list[float] = []
        for _ in range(ROUNDS):
            began_s = time.perf_counter()
            answer = await engine.query(sql)
            times.append((time.perf_counter() - began_s) * 1000)
        plain_ms, same = (math.nan, True) if "freshness" in sql else time_plain(plain, sql, account, answer.rows)
        slow = min(times) > MOST_MS
        marks = [f"{cost} requests"] * bool(cost) + ["SLOW"] * slow + ["OTHER ROWS"] * (not same)
        marks += [answer.note] if not answer.exact else []
        row = f"{title:50} {first_ms:8.1f} {min(times):8.1f} {plain_ms:8.1f} {len(answer.rows):5}"
        print(row, *marks, flush=True)
        if slow or not same or not answer.exact:
            wrong.append(title)
    await engine.close()
    return wrong


def time_plain(
    plain: sqlite3.Connection, sql: str, account: CopiedAccount, rows: Sequence[Sequence[object]]
) -> tuple[float, bool]:
    """Return the milliseconds of a statement over plain tables, and whether the rows are the same."""
    text = in_account_time(sql, account.source.replica.local_time())
    times: list[float] = []
    found: list[tuple[object, ...]] = []
    for _ in range(2):
        began_s = time.perf_counter()
        found = plain.execute(text).fetchall()
        times.append((time.perf_counter() - began_s) * 1000)
    return min(times), sorted(map(_shown, found)) == sorted(map(_shown, rows))


def _shown(row: Sequence[object]) -> str:
    return repr([round(float(value), 6) if isinstance(value, int | float) else value for value in row])


async def count_refreshes(account: CopiedAccount) -> None:
    """Tell what it costs to bring an answer up to date."""
    sql = QUERIES["pipeline by status, with the sum of budgets"]
    engine = QueryEngine([account.source], Sandbox(), math.inf)
    for title, changed in (("nothing changed", 0), ("3 cards changed", 3), ("120 cards changed", 120)):
        account.move_clock(61)
        for project_id in sorted(account.read_original().projects)[-changed:] if changed else ():
            account.put(f"Project/{project_id}", {"Name": f"Changed {changed}"})
        asked = account.asked
        await engine.query(sql)
        print(f"a minute later, {title}: {account.asked - asked} requests")
    await engine.close()


async def measure(account: CopiedAccount, only: str) -> list[str]:
    """Fill, ask, and refresh."""
    await fill(account)
    wrong = await ask_all(account, only)
    await count_refreshes(account)
    await account.source.replica.close()
    return wrong


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--only", default="", help="ask only what has this in its title")
    options = parser.parse_args()
    demo = cast("dict[str, object]", read_seed("demo")["minicrm"])
    setup = {key: demo[key] for key in ("users", "modules", "contact_fields", "task_types")}  # its records are later
    seed = generate_seed({"minicrm": setup}, options.records, 1)
    with tempfile.TemporaryDirectory() as folder:
        profile = Profile("observed", switches={"requests-are-limited": False})
        account = CopiedAccount(seed, Path(folder), profile, now_s=NOW_S, request_s=0.0)
        wrong = asyncio.run(measure(account, options.only))
        account.close()
    if wrong:
        sys.exit(f"too slow, or not the rows of the reference: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
