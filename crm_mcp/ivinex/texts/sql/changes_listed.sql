select seen_at, kind, id, field, old, new
from changes
where crm = 'ivinex' and seen_at >= {{ since | sql }}
order by seen_at desc
