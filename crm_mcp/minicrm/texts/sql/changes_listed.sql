select c.seen_at, c.kind, c.id, coalesce(p.name, k.name) as name, c.field, c.old, c.new
from changes c
left join minicrm_projects p on c.kind = 'projects' and p.id = c.id
left join minicrm_contacts k on c.kind = 'contacts' and k.id = c.id
where c.crm = 'minicrm' and c.seen_at >= {{ since | sql }} and c.field not in ('status_id', 'status_group', 'user_id')
order by c.seen_at desc
