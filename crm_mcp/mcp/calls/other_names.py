"""What models call an argument that a tool calls by another name. Pure data, with how it is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ALSO_CALLED = {
    "user": "assignee owner assigned responsible user_id user_name userid agent salesperson",
    "comment": "title text body description subject content note notes message task name summary",
    "text": "body description content note notes message comment title subject",
    "name": "title subject label",
    "deadline": "due due_date due_at due_on date end_date until",
    "due": "deadline due_date due_at when prompt payment_deadline",
    "query": "search q keyword keywords term search_query search_term text name title",
    "limit": "page_size per_page max_results max_rows count size top first",
    "cursor": "page offset next_cursor page_token next_page after start",
    "order_by": "sort sort_by order sort_field orderby",
    "descending": "desc sort_desc sort_order sort_direction direction reverse",
    "module": "module_id module_name board category category_id pipeline object entity collection_type",
    "status": "stage state status_id status_name step",
    "contact_id": "contact customer customer_id client client_id company company_id person person_id business_id",
    "person_id": "person contact_id contact customer_id",
    "customer_id": "customer contact_id contact company_id company client_id client person_id business_id",
    "customer": "customer_id contact_id contact company_id company client",
    "document_id": "document invoice_id invoice order_id order offer_id offer doc_id number",
    "action": "operation do verb change",
    "kind": "type document_type",
    "items": "lines line_items rows products positions",
    "delivery": "performance delivery_date fulfilment_date fulfillment_date",
    "idempotency_key": "key request_id",
    "email_id": "email mail_id mail message_id",
    "project_id": "project card card_id deal deal_id",
    "task_id": "task todo todo_id",
    "record_id": "record collection_id",
    "linked_id": "contact_id record_id parent_id linked_record_id",
    "linked_module": "parent_module linked_to",
    "updated_since": "since modified_since changed_since updated_after modified_after updated_at",
    "days": "older_than older_than_days min_days age",
    "filters": "filter where criteria conditions",
    "fields": "columns select properties attributes values data field_values changes",
    "records": "data items rows changes objects entries",
    "field": "name key column property field_name",
    "operand": "operator op comparison condition",
    "value": "values val",
    "group_by": "group groupby groups by dimensions",
    "measures": "measure metrics aggregate aggregates aggregations sum",
    "crm": "system source",
    "format": "file_format type output_format",
    "tool": "search name tool_name",
    "arguments": "args params parameters input",
    "email": "mail email_address",
    "phone": "phone_number telephone tel mobile cell",
    "first_name": "first given_name forename",
    "last_name": "last surname family_name",
    "postal_code": "zip zip_code postcode",
}  # fmt: skip
"""By a name of ours, what else it is called; a word may stand for several, of which a tool has one."""


def plain(name: str) -> str:
    """Return a name without case, spaces and signs: `first_name` and `FirstName` are the same."""
    return re.sub(r"[\W_]+", "", name).casefold()


_PLAIN = {plain(name): frozenset(map(plain, others.split())) for name, others in _ALSO_CALLED.items()}


def meant_by(name: str, there_are: Iterable[str], tool: str = "") -> str:
    """Return which of the names there are is meant by one that is not among them; empty where none is known.

    `id` and `ids` stand for those of the object that a tool is about.
    """
    known = list(there_are)
    asked = plain(name)
    if spelled_alike := next((one for one in known if plain(one) == asked), ""):
        return spelled_alike
    if asked in ("id", "ids", "recordid", "recordids"):
        ending = "_ids" if asked.endswith("s") else "_id"
        own = [one for one in known if one.endswith(ending) and one.removesuffix(ending) in tool]
        return own[0] if len(own) == 1 else ""
    return next((one for one in known if asked in _PLAIN.get(plain(one), ())), "")
