with found as (
  select id from minicrm_contacts
  where {% if by == "email" %}fold(email) = fold({{ contact | sql }}){% elif by == "phone" %}substr(digits(phone), -8) = substr(digits({{ contact | sql }}), -8){% else %}{% for word in contact.split()[:6] %}instr(fold(name), fold({{ word | sql }})) > 0{% if not loop.last %} and {% endif %}{% endfor %}{% endif %}

)
select id, name, module, status, status_group, user, contact, business
from minicrm_projects
where deleted = 0 and (contact_id in (select id from found) or business_id in (select id from found))
order by status_group, id desc limit 50
