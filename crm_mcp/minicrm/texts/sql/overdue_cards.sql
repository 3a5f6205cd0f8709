select p.id, p.name, p.status, p.user, count(*) as overdue_tasks, min(t.deadline) as since
from minicrm_tasks t join minicrm_projects p on p.id = t.project_id
where t.status = 'Open' and t.deadline < {{ now | sql }} and p.module = {{ module | sql }} and p.deleted = 0
group by p.id order by since limit 10
