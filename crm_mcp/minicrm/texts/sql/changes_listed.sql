select c.seen_at, c.kind, c.id, coalesce(p.name, k.name) as name, c.field, c.old, c.new
from changes c
left join minicrm_projects p on c.kind like '%project%' and p.id = cast(c.id as integer)
left join minicrm_contacts k on c.kind like '%contact%' and k.id = cast(c.id as integer)
where c.crm = 'minicrm' and c.seen_at >= {{ since | sql }}
order by c.seen_at desc
