select id, name, module, status, user, updated_at
from minicrm_projects
where deleted = 0 and status_group in ('Lead', 'Open') and module = {{ module | sql }} and updated_at < {{ stale_since | sql }}
order by updated_at limit 20
