select c.seen_at, p.id, p.name, p.module, p.status, c.field, c.old, c.new
from changes c join minicrm_projects p on p.id = c.id
where c.crm = 'minicrm' and c.kind = 'projects' and c.seen_at >= {{ since | sql }}
  and (c.field = 'user' or (c.field = 'deleted' and c.new = 1))
order by c.seen_at desc
