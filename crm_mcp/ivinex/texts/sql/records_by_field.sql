select {{ column | own }}, count(*) as records
from {{ table | own }}
group by {{ column | own }} order by records desc
