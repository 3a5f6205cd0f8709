select id, type, name, email, phone, business_id
from minicrm_contacts
where {% if by == "email" %}fold(email) = fold({{ contact | sql }}){% elif by == "phone" %}substr(digits(phone), -8) = substr(digits({{ contact | sql }}), -8){% else %}{% for word in contact.split()[:6] %}instr(fold(name), fold({{ word | sql }})) > 0{% if not loop.last %} and {% endif %}{% endfor %}{% endif %}

order by name limit 20
