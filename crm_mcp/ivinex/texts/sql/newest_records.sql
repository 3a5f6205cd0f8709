select id, created_date, modified_date
from {{ table | own }}
order by modified_date desc limit 20
