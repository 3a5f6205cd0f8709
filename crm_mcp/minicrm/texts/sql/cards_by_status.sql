select s.name as status, s.status_group, count(p.id) as projects
from minicrm_statuses s left join minicrm_projects p on p.status_id = s.id and p.deleted = 0
where s.module = {{ module | sql }}
group by s.id order by s.place
