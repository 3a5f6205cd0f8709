select t.deadline, t.comment, t.type, p.name as project, p.id as project_id, p.status, p.contact, t.id as task_id
from minicrm_tasks t join minicrm_projects p on p.id = t.project_id
where t.status = 'Open' and t.user_id = {{ user_id | int | sql }} and t.deadline < {{ tomorrow | sql }} and p.deleted = 0
order by t.deadline
