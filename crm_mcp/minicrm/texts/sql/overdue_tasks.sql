select t.user, t.deadline, t.comment, p.name as project, p.id as project_id, p.module, p.status
from minicrm_tasks t join minicrm_projects p on p.id = t.project_id
where t.status = 'Open' and t.deadline < {{ now | sql }} and p.deleted = 0
order by t.user, t.deadline
