select substr(created_date, 1, 7) as month, count(*) as records
from {{ table | own }}
group by month order by month
