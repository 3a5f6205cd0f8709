select type, fold(name) as name, count(*) as contacts, group_concat(id || ' ' || coalesce(email, phone, '-'), '; ') as who
from minicrm_contacts
group by type, fold(name) having count(*) > 1
order by contacts desc
