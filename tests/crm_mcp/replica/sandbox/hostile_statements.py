"""Statements that would write, look elsewhere, or never end, by what is to become of them."""

from __future__ import annotations

_WRITES = """
insert into projects values (1, 'x', 'y', 2)
update projects set name = 'x'
delete from projects
replace into projects values (1, 'x', 'y', 2)
with x as (select 1) insert into projects select 1, 'x', 'y', 2
with x as (select 1) update projects set name = 'x'
with x as (select 1) delete from projects where id in x
create table x (y)
create temp table x as select * from projects
create temp trigger x after insert on projects begin select 1; end
create temp view x as select 1
create virtual table x using fts5(y)
create index x on projects (name)
alter table projects rename to x
drop table projects
drop view projects
drop view temp.projects
begin immediate
commit
rollback
savepoint x
release x
vacuum
vacuum into '/tmp/hostile.sqlite'
reindex
analyze
attach 'x.sqlite' as x
attach database ':memory:' as x
detach crm
select * from projects; delete from projects
select 1; pragma query_only = 0
;delete from projects
select 1 union delete from projects
select * into x from projects
select * from (delete from projects returning *)
select 1 where exists (insert into projects values (1) returning 1)
"""
_PRAGMAS = """
pragma query_only = 0
PRAGMA writable_schema = 1
pragma/**/table_list
/* */pragma main.table_list
 pragma hard_heap_limit = 0
pragma temp_store_directory = '/tmp'
explain pragma query_only = 0
explain query plan select 1
explain select * from projects
query plan select 1
select * from pragma_table_info('projects')
select * from pragma_table_list
select * from pragma_database_list
select * from pragma_query_only(0)
select * from temp.pragma_table_list
select * from "pragma_database_list"
select * from [pragma_compile_options]
select name from projects, pragma_function_list
"""
_ELSEWHERE = """
select * from sqlite_master
select * from SQLITE_MASTER
select * from sqlite_schema
select * from sqlite_temp_master
select * from sqlite_temp_schema
select * from temp.sqlite_master
select * from temp.sqlite_temp_schema
select * from main.sqlite_master
select * from crm.sqlite_master
select count(*) from sqlite_master
select * from "sqlite_master"
select * from [sqlite_schema]
select * from `sqlite_temp_master`
select * from 'sqlite_master'
with x as (select * from sqlite_master) select * from x
select (select group_concat(sql) from sqlite_schema)
select * from projects where name in (select name from sqlite_master)
select * from crm.rows_p
select * from rows_p
select count(*) from rows_p
select is_known from projects
select rowid from projects
select * from main.rows_p
with projects as (select * from crm.rows_p) select * from projects
with projects as (select * from rows_p) select * from projects
select crm.rows_p.name from projects
select * from dbstat
select * from sqlite_stmt
select * from sqlite_dbpage
select * from bytecode('select 1')
select * from tables_used('select 1')
select * from generate_series(1, 10)
select * from json_tree('{}')
select * from fts5vocab
select * from csv('/etc/passwd')
select load_extension('/tmp/x.so')
select readfile('/etc/passwd')
select writefile('/tmp/hostile', 'x')
select edit('x', 'vi')
select fsdir('/')
select sqlite_version()
select sqlite_source_id()
select sqlite_compileoption_get(0)
select sqlite_log(1, 'x')
select fts3_tokenizer('simple')
select fts3_tokenizer('simple', x'4141414141414141')
select unread('project', 1, 2)
select changes(), total_changes(), last_insert_rowid()
select hex(randomblob(1000000000))
select zeroblob(1000000000)
select quote(name) from projects
select name from projects where name match 'x'
select name from projects where name regexp '(a+)+$'
select eval('delete from projects')
select ?1
select :x, @y, $z
select nmae from projects
select count(*) from projects where "statuss" = 'Open'
select count(*) from projects where status = "Open"
\u017felect * from projects
select\u00a0* from sqlite_master
select * from sqlite_m\u0430ster
select * from projects\u037e delete from projects
"""
_BOMBS = """
with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n
with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n
with recursive n(i) as (select 1 union select i + 1 from n) select sum(i) from n
with recursive n(t) as (select 'x' union all select t || t from n) select length(t) from n order by t
with recursive n(i) as (select 1 union all select i from n) select i from n where i > 1
select count(*) from projects a, projects b, projects c, projects d
select max(a.name || b.name || c.name) from projects a, projects b, projects c
select count(distinct a.name || b.name) from projects a, projects b
select a.name from projects a, projects b, projects c order by a.name || b.name || c.name
select a.name || b.name n, count(*) from projects a, projects b group by n order by n
select sum(b.id) over (order by b.name rows between unbounded preceding and current row) from projects, projects b
select a.name from projects a, projects b union select b.name || a.id || b.id from projects a, projects b
select count(*) from projects a, projects b where a.name || b.name like '%1%2%3%4%5%6%7%8%9%x'
select count(*) from projects a, projects b where a.name || b.name glob '*1*2*3*4*5*6*7*8*9*x'
select printf('%.900000c', 'a') like '%a%a%a%a%a%a%a%a%a%a%b'
select count(*) from projects where printf('%.900000c', name) like '%_a%_a%_a%_a%b'
select glob('*a*a*a*a*a*a*a*b', printf('%.900000c', 'a'))
select instr(printf('%.900000c', 'a'), printf('%.450000c', 'a') || 'b')
select count(*) from projects where instr(printf('%.900000c', id), printf('%.450000c', id) || 'b')
select sum(length(replace(printf('%.900000c', 'a'), printf('%.450000c', 'a') || 'b', 'c'))) from projects
select replace(replace(replace(printf('%.900c', 'a'), 'a', printf('%.900c', 'b')), 'b', printf('%.90c', 'c')), 'c', 'd')
select printf('%2000000000d', 1)
select printf('%.2000000000f', 1.0)
select format('%*d', 2000000000, 1)
select length(group_concat(a.name || b.name)) from projects a, projects b
select length(string_agg(a.name, b.name)) from projects a, projects b
select median(a.id + b.id) from projects a, projects b
select sum(length(fold(printf('%.900000c', 'é') || a.name))) from projects a
select sum(length(digits(printf('%.900000c', '1') || a.name))) from projects a
select count(*) from json_each('[' || printf('%.400000c', '1') || ']') a, json_each('[1]') b
select json_extract(printf('%.900000c', '['), '$')
select count(*) from projects a where (select count(*) from projects b, projects c where b.id > a.id) > 0
select max(x) from (select a.name || b.name || c.name x from projects a, projects b, projects c limit 1000000000)
select * from projects a, projects b, projects c, projects d where a.name || b.name = c.name || d.name
select strftime(printf('%.900000c', '%'), 'now')
select sum(unicode(trim(printf('%.900000c', a.name), 'xyz'))) from projects a
"""


def _lines(text: str) -> list[str]:
    return [line.encode().decode("unicode_escape") if "\\u" in line else line for line in text.splitlines() if line]


_DOUBLING = [f"a{n} as (select x from a{n - 1} union all select x from a{n - 1})" for n in range(1, 40)]
_MADE = [
    "",
    ";",
    "-- nothing",
    "/*",
    "select 1\0; delete from projects",
    "select " + "-" * 5_000 + "1",
    "select " + " + ".join(["1"] * 4_000),
    "select not " * 1_000 + "1",
    "select 1 where " + " or ".join(f"id = {n}" for n in range(2_000)),
    "select 1 from projects where id in (" + ",".join(map(str, range(10_000))) + ")",
    " union all ".join(["select 1"] * 500),
    "select " + ", ".join(["*"] * 900) + " from projects",
    "select * from " + ", ".join(f"projects p{n}" for n in range(65)),
    f"with a0(x) as (select 1), {', '.join(_DOUBLING)} select count(*) from a39",
    "select case " + "when 1 then " * 1_000 + "1",
    "select '" + "x" * 30_000 + "'",
]
REFUSED = [*_lines(_WRITES), *_lines(_PRAGMAS), *_lines(_ELSEWHERE), *_MADE]
"""What must not run at all."""
BOMBS = [*_lines(_BOMBS), "select " + "(" * 2_000 + "1" + ")" * 2_000]
"""What may run, but must be over soon and give no more than it may."""
