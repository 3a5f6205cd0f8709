with moves as (
  select c.new as status, c.seen_at as since, lead(c.seen_at) over (partition by c.id order by c.seen_at) as until
  from changes c join minicrm_projects p on p.id = c.id
  where c.crm = 'minicrm' and c.kind = 'projects' and c.field = 'status' and p.module = {{ module | sql }}
)
select status, count(*) as stays, sum(until is null) as not_ended,
       round(avg(julianday(coalesce(until, {{ now | sql }})) - julianday(since)), 1) as average_days,
       round(max(julianday(coalesce(until, {{ now | sql }})) - julianday(since)), 1) as longest_days
from moves group by status order by average_days desc
