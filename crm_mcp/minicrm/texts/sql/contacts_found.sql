select id, type, name, email, phone, business_id
from minicrm_contacts
where {% if by == "email" %}fold(email) = fold({{ contact | sql }}){% elif by == "phone" %}substr(digits(phone), -8) = substr(digits({{ contact | sql }}), -8){% else %}instr(fold(name), fold({{ contact | sql }})) > 0{% endif %}

order by name limit 20
