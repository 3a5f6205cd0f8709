select fold(trim(email)) as email, count(*) as contacts, group_concat(id || ' ' || full_name, '; ') as who
from ivinex_contact
where email is not null and trim(email) <> ''
group by fold(trim(email)) having count(*) > 1
order by contacts desc
