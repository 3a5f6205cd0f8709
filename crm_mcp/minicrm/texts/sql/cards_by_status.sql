select status, status_group, count(*) as projects
from minicrm_projects
where module = {{ module | sql }} and deleted = 0
group by status_id order by status_id
