select c.seen_at, p.id, p.name, p.module, p.status, c.field, c.old, c.new
from changes c join minicrm_projects p on p.id = cast(c.id as integer)
where c.crm = 'minicrm' and c.kind like '%project%' and c.seen_at >= {{ since | sql }}
  and (c.field = 'user' or (c.field = 'deleted' and cast(c.new as integer) = 1))
order by c.seen_at desc
