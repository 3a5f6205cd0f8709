select kind, field, count(*) as changes, count(distinct id) as records, min(seen_at) as first_seen, max(seen_at) as last_seen
from changes
where crm = 'minicrm' and seen_at >= {{ since | sql }} and field not in ('status_id', 'status_group', 'user_id')
group by kind, field order by changes desc
