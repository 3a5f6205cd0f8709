select id, full_name, email, phone, contact_type, modified_date
from ivinex_contact
where {% if by_email %}fold(email) = fold({{ contact | sql }}){% else %}{% for word in contact.split()[:6] %}instr(fold(full_name), fold({{ word | sql }})) > 0{% if not loop.last %} and {% endif %}{% endfor %}{% endif %}

order by full_name limit 20
