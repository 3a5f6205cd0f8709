"""What the planner says a statement reads, and what may not run at all."""

from __future__ import annotations

import gc
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.errors import QueryError
from crm_mcp.replica.planning.planner import Planner, Statement

TABLES = {
    "projects": ["id", "module", "name", "status", "user_name", "contact_id", "created_at", "budget"],
    "projects_sales": ["id", "name", "status", "budget"],
    "contacts": ["id", "type", "name", "email", "phone"],
    "tasks": ["id", "project_id", "comment", "status", "deadline"],
    "pairs": ["code", "label"],
}
PLANNER = Planner(TABLES)


def reads(statement: str) -> dict[str, set[str]]:
    return {table: set(columns) for table, columns in PLANNER.plan(statement).reads.items()}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select name from projects", {"projects": {"name"}}),
        ("SELECT Name FROM Projects WHERE STATUS='x'", {"projects": {"name", "status"}}),
        ("select count(*) from projects", {"projects": set[str]()}),
        ("select count(*) from PROJECTS p", {"projects": set[str]()}),
        ("with recursive n(i) as (select 1 union all select i+1 from n) select count(*) from n", {}),
        ("select 1", {}),
        ("select name from projects order by budget desc limit 3", {"projects": {"name", "budget"}}),
        ("select status, sum(budget) from projects group by status having count(id)>1",
         {"projects": {"status", "budget", "id"}}),
        (
            "select p.name, c.email from projects p join contacts c on c.id=p.contact_id",
            {"projects": {"name", "contact_id"}, "contacts": {"id", "email"}},
        ),
        ("select a.name from projects a join contacts b using(id, name)",
         {"projects": {"id", "name"}, "contacts": {"id", "name"}}),
        ("select count(*) from projects_sales natural join contacts",
         {"projects_sales": {"id", "name"}, "contacts": {"id", "name"}}),
        (
            "select name from projects p where exists (select 1 from tasks t where t.project_id=p.id)",
            {"projects": {"name", "id"}, "tasks": {"project_id"}},
        ),
        ("with x as (select id, name from projects) select count(*) from x", {"projects": {"id", "name"}}),
        ("select name from projects union all select comment from tasks", {"projects": {"name"}, "tasks": {"comment"}}),
        ("select row_number() over (partition by status order by budget) from projects_sales",
         {"projects_sales": {"status", "budget"}}),
        ("with recursive n(i) as (select 1 union all select i+1 from n where i<3) select i from n", {}),
        ("select value from projects, json_each(name)", {"projects": {"name"}}),
        ('select "name", [id], `status` from projects -- and a comment', {"projects": {"name", "id", "status"}}),
        ("select (select max(deadline) from tasks where project_id=p.id) from projects p",
         {"projects": {"id"}, "tasks": {"deadline", "project_id"}}),
        ("select name from projects where id in (select project_id from tasks)",
         {"projects": {"name", "id"}, "tasks": {"project_id"}}),
    ],
)  # fmt: skip
def test_a_statement_reads_exactly_what_it_needs(statement: str, expected: dict[str, set[str]]) -> None:
    assert reads(statement) == expected
    assert not PLANNER.plan(statement).stars


@pytest.mark.parametrize(
    ("statement", "expected", "stars"),
    [
        ("select * from projects", {"projects": set[str]()}, {"projects"}),
        ("select *, budget*2 from projects where status='x'", {"projects": {"budget", "status"}}, {"projects"}),
        ("select p.*, c.email from projects p join contacts c on c.id=p.contact_id",
         {"projects": {"id", "contact_id"}, "contacts": {"id", "email"}}, {"projects"}),
        ("select c.* from contacts c natural join projects_sales s",
         {"contacts": {"id", "name"}, "projects_sales": {"id", "name"}}, {"contacts"}),
        ("select * from projects join contacts using (id)",
         {"projects": {"id"}, "contacts": {"id"}}, {"projects", "contacts"}),
        ("select a.* from pairs a natural join pairs b", {"pairs": {"code", "label"}}, {"pairs"}),
        ("select count(*), 2*budget from projects", {"projects": {"budget"}}, set[str]()),
    ],
)  # fmt: skip
def test_what_only_an_asterisk_asks_is_told_apart(
    statement: str, expected: dict[str, set[str]], stars: set[str]
) -> None:
    assert reads(statement) == expected
    assert PLANNER.plan(statement).stars == stars


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select budget from (select * from projects)", {"projects": {"budget"}}),
        ("select p.'name' from (select * from projects) p", {"projects": {"name"}}),
    ],
)
def test_what_is_taken_out_of_an_asterisk_by_name_is_needed(statement: str, expected: dict[str, set[str]]) -> None:
    assert reads(statement) == expected  # whether it counts as an asterisk too depends on SQLite's version


def test_the_columns_of_an_asterisk_may_be_given_names() -> None:
    assert PLANNER.plan("with x(a, b) as (select * from pairs) select * from x").stars == {"pairs"}


def test_nobody_sees_or_names_the_column_that_finds_asterisks() -> None:
    plan = PLANNER.plan("select * from pairs")
    assert plan == Statement("select * from pairs", {"pairs": frozenset()}, frozenset({"pairs"}))
    with pytest.raises(QueryError, match=r"Columns: code, label\.$"):
        PLANNER.plan("select *, absent from pairs")


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ('select "name" from projects', "select [name] from projects"),
        ('select name as "a ] b" from projects', "select name as `a ] b` from projects"),
        ("select 1 -- ; drop", "select 1"),
        ("/* first */ select/**/1 /* never closed", "select 1"),
        ("-- first\nselect 1;  ;", "select 1"),
        ("select\u00a0name from projects", "select name from projects"),
        ("select '--', '/*', \"name\" from projects", "select '--', '/*', [name] from projects"),
        ("select 1.5e-3, .5, 0x1F, x'00'", "select 1.5e-3, .5, 0x1F, x'00'"),
        ("select date('now')", "select date(now())"),
        ("select date('NOW', '-7 days'), 'now'", "select date(now(), '-7 days'), 'now'"),
        ("select date(), datetime ( )", "select date(now()), datetime ( now() )"),
        ("select current_date, current_timestamp", "select today(), now()"),
        ("select strftime('%Y'), strftime('%Y', 'now')", "select strftime('%Y', now()), strftime('%Y', now())"),
        ("select strftime('%Y', created_at) from projects", "select strftime('%Y', created_at) from projects"),
        ("select julianday('now') - julianday(max(created_at, 'now')) from projects",
         "select julianday(now()) - julianday(max(created_at, 'now')) from projects"),
    ],
)  # fmt: skip
def test_a_statement_runs_with_strict_names_and_the_accounts_time(written: str, runs: str) -> None:
    assert PLANNER.plan(written).sql == runs


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("select nmae from projects",
         "projects has no column nmae: did you mean name? Columns: id, module, name, status,"),
        ("select p.nmae from projects p", "projects has no column nmae: did you mean name?"),
        ("select emial from projects p, contacts c",
         "No table of this statement has a column emial: did you mean contacts.email?"),
        ("select email from projects", "projects has no column email. email is in contacts. Columns:"),
        ("select q.name from projects p", "q is neither a table nor an alias of this statement."),
        ("select x.name from (select id from projects) x", "name is a column of projects, but is not"),
        ("select id from projects, contacts", "id is a column of several tables here. Say of which: alias.id."),
        ("select rowid from projects", "projects has no column rowid: did you mean id?"),
        ('select id from projects where status="Open"', "A text stands in single quotes: 'Open'."),
        ("select * from project", "There is no table project, did you mean projects"),
        ("select * from main.projects", "Tables have no schema before them: projects."),
        ("select * from sqlite_schema", "There is no table sqlite_schema. Tables: contacts, pairs, projects,"),
        ("select * from pragma_table_info('projects')", "There is no table pragma_table_info. Tables: "),
        ("select foldd(name) from projects",
         "There is no function foldd here, did you mean fold. SQLite's usual ones are there, and fold(text),"),
        ("select hex(name) from projects", "There is no function hex here"),
        ("select unread('a', 1, 2)", "There is no function unread here"),
        ("select load_extension('x')", "There is no function load_extension here"),
        ("select date_trunc('month', created_at) from projects", "strftime('%Y-%m', x)"),
        ("select fold(name, 1) from projects", "fold() does not take that many arguments. It is fold(text)."),
        ("select top 5 name from projects", "LIMIT 5"),
        ("select name from projects where name ilike 'a'", "fold(name) like fold("),
        ("select created_at::date from projects", "cast(x as integer)"),
        ("select name from projects where created_at > now() - interval '7 days'", "date(x, '-7 days')"),
        ("select name from projects fetch first 5 rows only", "write LIMIT 5"),
        ("select extract(year from created_at) from projects", "strftime('%Y', x)"),
        ("select name from projects where name regexp 'a'", "like with % and _"),
        ("select right(name, 3) from projects", "substr(x, -5)"),
        ("select name from projects where created_at > date '2026-01-01'", "plain text: '2026-01-31'"),
        ("select name from projects where name = ?", "? is a parameter"),
        ("select name from projects where name = :name", ":name is a parameter"),
        ("select name from projects where count(*) > 1", "use HAVING"),
        ("select 'it''s", "a quote within it is doubled"),
        ("select name from projects where", "The statement ends too early."),
        ("select group from projects", 'put it in double quotes: "group"'),
        ("select 1; select 2", "more than one statement"),
        ("", "The statement is empty. Give one SELECT."),
        (" ; -- nothing", "The statement is empty."),
        ("explain select 1", "EXPLAIN is not available."),
        ("query plan select 1", "A query begins with SELECT, WITH or VALUES, not with 'query'."),
        ("delete from projects", "a query only reads. Change records with the CRM's tools."),
        ("with x as (select 1) delete from projects", "a query only reads"),
        ("select 1\0", "NUL"),
        ("select '\ud800'", "half a character"),
        ("select " + "1," * 10_000 + "1", "20,008 characters; at most 20,000"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_what_to_write(statement: str, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        PLANNER.plan(statement)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 900


def test_names_of_with_that_double_each_other_are_refused_at_once() -> None:
    doubling = [f"a{n} as (select x from a{n - 1} union all select x from a{n - 1})" for n in range(1, 40)]
    for first in ("a0(x) as (select 1)", "'a0'(x) as not materialized (select 1)"):
        with pytest.raises(QueryError, match="used too often"):
            PLANNER.plan(f"with {first}, {', '.join(doubling)} select count(*) from a39")


def test_names_of_with_may_build_on_each_other_however_often_their_columns_are_named() -> None:
    columns = ", ".join(f"{{0}}.id + {n} as c{n}" for n in range(20))
    steps = [f"s{n} as (select s{n - 1}.id, {columns.format(f's{n - 1}')} from s{n - 1})" for n in range(1, 10)]
    statement = (
        f"with s0 as (select id from projects), {', '.join(steps)} select s9.c1 from s9 join s8 on s8.id = s9.id"
    )
    assert reads(statement) == {"projects": {"id"}}


def test_long_lists_of_columns_are_cut() -> None:
    planner = Planner({"wide": [f"int{n}" for n in range(1_000)]})
    with pytest.raises(QueryError, match=r"int59 and 940 more \(crm://replica/schema has them all\)"):
        planner.plan("select absent from wide")


def test_a_planner_that_nobody_needs_any_more_closes_its_connection() -> None:
    def count() -> int:
        gc.collect()
        return sum(isinstance(one, sqlite3.Connection) for one in gc.get_objects())

    before = count()
    for _ in range(3):
        Planner(TABLES).plan("select id from contacts")
    assert count() <= before


WORDS = """select from where with as ( ) , ; * . ' " ` [ ] -- /* */ || :: ? :x @ $ # 'now' date( projects contacts name
id union all values group by order limit natural join using over row_number() count(*) fold( x'00' é 1e5"""
OTHERS = ("\ud800", "\0", "\u00a0", "\n", "\x80", "\U0001d4b3", "'it''s'", "insert into", "sqlite_master", "pragma_x")
FRAGMENTS = st.lists(st.sampled_from([*WORDS.split(), *OTHERS]))


@given(st.one_of(st.text(), FRAGMENTS.map(" ".join), FRAGMENTS.map("".join)))
def test_any_text_is_planned_or_refused(text: str) -> None:
    for statement in (text, "select " + text, "select " + text + " from projects"):
        try:
            plan = PLANNER.plan(statement)
        except QueryError:
            continue
        assert PLANNER.plan(plan.sql).reads == plan.reads
