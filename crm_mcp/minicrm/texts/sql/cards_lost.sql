select c.seen_at, p.id, p.name, p.module, c.old as status_before, c.new as status_now, p.user, p.contact
from changes c join minicrm_projects p on p.id = c.id
where c.crm = 'minicrm' and c.kind = 'projects' and c.field = 'status' and c.new = p.status
  and p.status_group = 'Failed' and c.seen_at >= {{ since | sql }}
order by p.user, c.seen_at desc
