select id, full_name, email, phone, contact_type, modified_date
from ivinex_contact
where {% if by_email %}fold(email) = fold({{ contact | sql }}){% else %}instr(fold(full_name), fold({{ contact | sql }})) > 0{% endif %}

order by full_name limit 20
