"""Wrong requests of every documented kind, and what the journal is to say of each.

The account is the built-in seed `documented`.
"""

# ruff: noqa: E501 - the tables are read row by row

from __future__ import annotations

import json
from dataclasses import dataclass

IVINEX = "/API/Records.php"
MINICRM = "/Api/R3"


@dataclass(frozen=True, slots=True)
class WrongRequest:
    """One wrong request.

    Attributes:
        title: What is wrong, as a test's name.
        status: What it is answered with; 200 where it is taken, or fails record by record.
        section: Part of the document's section that the reason names; `assumed` where it says it is assumed.
        hint: Part of a hint: what was probably meant.
        before: A request that goes first: method, path, body.
    """

    title: str
    method: str
    path: str
    status: int
    section: str
    hint: str
    query: str = ""
    body: str = ""
    content_type: str = "application/json"
    before: tuple[str, str, str] | None = None
    login: bool = True


def _search(title: str, section: str, hint: str, query: str, status: int = 400) -> WrongRequest:
    return WrongRequest(title, "GET", IVINEX, status, section, hint, query)


def _filter(
    title: str, section: str, hint: str, *conditions: object, status: int = 400, name: str = "Filters"
) -> WrongRequest:
    query = f"CollectionTypeID=1001&{name}={json.dumps(conditions)}"
    return _search(title, section, hint, query, status)


def _write(title: str, section: str, hint: str, body: object, status: int = 200) -> WrongRequest:
    text = body if isinstance(body, str) else json.dumps({"Records": [body]})
    return WrongRequest(title, "POST", IVINEX, status, section, hint, body=text)


def _get(title: str, path: str, section: str, hint: str, query: str = "", status: int = 400) -> WrongRequest:
    return WrongRequest(title, "GET", f"{MINICRM}/{path}", status, section, hint, query)


def _put(
    title: str, path: str, section: str, hint: str, body: object, status: int = 400, **more: object
) -> WrongRequest:
    text = body if isinstance(body, str) else json.dumps(body)
    return WrongRequest(title, "PUT", f"{MINICRM}/{path}", status, section, hint, body=text, **more)  # pyright: ignore[reportArgumentType] - only `before` and `content_type`


_EMAIL = {"Field": "email", "Operand": "Equal", "Value": "a@b.hu"}
_FILTERS = "Understanding Filters"
_NEW = {"CollectionTypeID": 1001}

IVINEX_REQUESTS = (
    _filter("Filter for Filters", "", 'Did you mean "Filters"? Filter stands', _EMAIL, name="Filter", status=200),
    _filter("Filtes for Filters", "", 'Did you mean "Filters"', _EMAIL, name="Filtes", status=200),
    _filter("Operand_Name for Operand", "", 'Did you mean "Operand"? Operand_Name', {"Field": "email", "Operand_Name": "Equal", "Value": ""}, status=200),
    _filter("Operator for Operand", _FILTERS, 'Did you mean "Operand" by "Operator"', {"Field": "email", "Operator": "Equal", "Value": ""}),
    _filter("no Value", _FILTERS, "A condition is like", {"Field": "email", "Operand": "Equal"}),
    _filter("a lower-case operand", _FILTERS, 'Did you mean "Equal"', {"Field": "email", "Operand": "equal", "Value": ""}),
    _filter("an unknown operand", _FILTERS, "The operands are Equal, In", {"Field": "email", "Operand": "Xyz", "Value": ""}),
    *(
        _filter(f"the mathematical operator {sign}", _FILTERS, f'Did you mean "{meant}"', {"Field": "email", "Operand": sign, "Value": ""})
        for sign, meant in (("=", "Equal"), ("!=", "NotEqual"), (">=", "GreaterThanEqual"), ("<", "LessThan"))
    ),
    _filter("an unknown field", _FILTERS, 'Did you mean "email"', {"Field": "e_mail", "Operand": "Equal", "Value": ""}),
    _filter("a field nothing is near", _FILTERS, "Its fields are collection_id", {"Field": "zzzz", "Operand": "Equal", "Value": ""}),
    _filter("a label for an option's id", _FILTERS, "Send 14795", {"Field": "contact_type", "Operand": "Equal", "Value": "Customer"}),
    _filter("a date that is none", _FILTERS, "A condition is like", {"Field": "created_date", "Operand": "LessThan", "Value": "soon"}),
    _filter("LinkedTo without a module", "4. Linked Records", '"1001:8"', {"Field": "collection_id", "Operand": "LinkedTo", "Value": "8"}),
    _filter("LinkedTo of another field", "4. Linked Records", '"Field":"collection_id"', {"Field": "email", "Operand": "LinkedTo", "Value": "1001:8"}),
    _filter("a condition that is text", _FILTERS, "A condition is like", "email=x"),
    _search("one condition without its list", _FILTERS, "into a list", f"CollectionTypeID=1001&Filters={json.dumps(_EMAIL)}"),
    _search("Filters that are no JSON", _FILTERS, "Send a JSON list", "CollectionTypeID=1001&Filters=email:x"),
    _search("Filters encoded twice", _FILTERS, "encoded twice", "CollectionTypeID=1001&Filters=%255B%257B%2522Field%2522%257D%255D"),
    _search("no module", "Base Info", "1001 (contact)", "Limit=5"),
    _search("an unknown module", "Base Info", "1001 (contact)", "CollectionTypeID=77"),
    _search("a module's name for its id", "Base Info", "Did you mean 1002, the id of note", "CollectionTypeID=note"),
    _search("a Limit of 0", "2. Get More Records Using Limit", "Limit=100", "CollectionTypeID=1001&Limit=0"),
    _search("a Limit of letters", "2. Get More Records Using Limit", "Limit=100", "CollectionTypeID=1001&Limit=ten"),
    _search("a Limit above 100", "", "cut to 100", "CollectionTypeID=1001&Limit=500", 200),
    _search("a negative Offset", "6. Paginate Results", "Offset=0", "CollectionTypeID=1001&Offset=-1"),
    _search("an unknown field to order by", "7. Sorting Results", 'Did you mean "created_date"', "CollectionTypeID=1001&OrderBy=created_dat DESC"),
    _search("an unknown direction", "7. Sorting Results", "Did you mean created_date DESC?", "CollectionTypeID=1001&OrderBy=created_date down"),
    _search("an empty OrderBy", "7. Sorting Results", "OrderBy=created_date DESC", "CollectionTypeID=1001&OrderBy= "),
    _search("LookupOptionText of yes", "8. LookupOptionText", "LookupOptionText=true", "CollectionTypeID=1001&LookupOptionText=yes"),
    _search("a parameter twice", "", "more than once", "CollectionTypeID=1001&Limit=1&Limit=2", 200),
    WrongRequest("PUT in place of POST", "PUT", IVINEX, 405, "Create Record, Update Record", "POST creates and updates", body="{}"),
    WrongRequest("DELETE", "DELETE", IVINEX, 405, "Create Record, Update Record", "POST creates and updates"),
    WrongRequest("no login", "GET", IVINEX, 401, "Base Info", "", "CollectionTypeID=1001", login=False),
    WrongRequest("a lower-case path", "GET", "/api/records.php", 404, "assumed", "/API/Records.php"),
    _write("a record without a module", "Create Record", "1001 (contact)", {"first_name": "x"}),
    _write("a record in an unknown module", "Create Record", "1001 (contact)", {"CollectionTypeID": 77}),
    _write("an update of nothing", "Update Record", "Leave CollectionID out to create", {**_NEW, "CollectionID": 999, "email": "x"}),
    _write("an update without an id", "Update Record", "Leave CollectionID out to create", {**_NEW, "CollectionID": None, "email": "x"}),
    _write("an update by collection_id", "Create Record", 'Send "CollectionID"', {**_NEW, "collection_id": 78, "email": "x"}),
    _write("an update by id", "Create Record", 'as "CollectionID"', {**_NEW, "id": 78, "email": "x"}),
    _write("a write of an unknown field", "Create Record", 'Did you mean "first_name"', {**_NEW, "firstname": "x"}),
    _write("a write of a computed field", "Create Record", "Leave it out", {**_NEW, "full_name": "x"}),
    _write("an option's label for its id", "Create Record", 'Send 14795 for "Customer"', {**_NEW, "contact_type": "Customer"}),
    _write("an unknown option", "Create Record", "It has 14795", {**_NEW, "contact_type": 1}),
    _write("a link to nothing", "", "has no record 999", {"CollectionTypeID": 1002, "contact": "999"}),
    _write("a body without Records", "Create Record", 'Send {"Records"', '{"first_name": "x"}', 400),
    _write("record for Records", "Create Record", 'Did you mean "Records"', '{"Record": []}', 400),
    _write("a body that is a list", "Create Record", 'Send {"Records"', "[]", 400),
    _write("a body with a trailing comma", "Create Record", 'Send {"Records"', '{"Records": [],}', 400),
    _write("a body that is a form", "Create Record", "looks like a form", "first_name=John&CollectionTypeID=1001", 400),
    _write("no body", "Create Record", 'Send {"Records"', "", 400),
)  # fmt: skip

_PROJECT = {"CategoryId": 3, "ContactId": 12345}
_TYPES = "Database Schema, Field types"

MINICRM_REQUESTS = (
    _get("ToDos for ToDo", "ToDos/1111", "Error handling", "/Api/R3/ToDo/1111", status=404),
    _get("a plural", "Projects", "Error handling", "/Api/R3/Project", status=404),
    WrongRequest("a lower-case path", "GET", "/api/r3/project/1234", 404, "assumed", "/Api/R3/project/1234"),
    WrongRequest("a lower-case entity", "GET", "/Api/R3/project/1234", 404, "Error handling", "/Api/R3/Project/1234"),
    WrongRequest("the version left out", "GET", "/Api/Project/1234", 404, "assumed", "/Api/R3/"),
    _get("the entity left out", "", "Error handling", "the endpoints are", status=404),
    _get("an id of letters", "Project/abc", "Error handling", "an id is digits", status=404),
    _get("a wrong id", "Project/99999", "Error handling", "GET /Api/R3/Project?", status=404),
    _get("a wrong ReferenceId", "Project", "Error handling", "no project has the ReferenceId", "ReferenceId=nothing", 404),
    _get("a wrong module", "Schema/Project/99", "Error handling", "the modules are 3", status=404),
    _get("tasks of no project", "ToDoList/99999", "Error handling", "the id of a project", status=404),
    _get("addresses of no contact", "AddressList/99999", "Error handling", "the id of a contact", status=404),
    WrongRequest("POST in place of PUT", "POST", "/Api/R3/Project", 405, "Error handling", "takes GET, PUT", body=json.dumps(_PROJECT)),
    WrongRequest("DELETE", "DELETE", "/Api/R3/Project/1234", 405, "Error handling", "Deleted"),
    _put("a write to a read-only endpoint", "Category", "Error handling", "takes GET", {"3": "x"}, 405),
    _get("GET of ToDo without an id", "ToDo", "Error handling", "ToDoList", status=405),
    WrongRequest("no login", "GET", "/Api/R3/Project", 401, "Basics", "", login=False),
    _get("an unknown parameter", "Project", "Error handling", "did you mean StatusId", "Status_Id=2500"),
    _get("a parameter in lower case", "Contact", "Error handling", "did you mean Email", "email=jd@example.com"),
    _get("Page=-1", "Project", "Searching", "Page=0", "Page=-1"),
    _get("a Page of letters", "Contact", "Searching", "Page=0", "Page=one"),
    _get("a StatusGroup of closed", "Project", "Project search (field-based)", "it is one of Lead, Open", "StatusGroup=Closed"),
    _get("a StatusGroup with a typing error", "Project", "Project search (field-based)", "did you mean Success?", "StatusGroup=Succes"),
    _get("UpdatedSince of another format", "Project", "Project search (field-based)", "write 2013-03-01", "UpdatedSince=01.03.2013"),
    _get("UpdatedSince encoded twice", "Project", "Project search (field-based)", "encoded once", "UpdatedSince=2013-03-01%252B12:00:00"),
    _get("UpdatedSince as ISO with a T", "Project", "Project search (field-based)", "write 2013-03-01", "UpdatedSince=2013-03-01T12:00:00"),
    _get("a search by an unknown status", "Project", _TYPES, "did you mean In progress", "StatusId=In progres"),
    _get("a search by an unknown user", "Project", _TYPES, "did you mean John Doe", "UserId=Jon Doe"),
    _get("a short phone", "Contact", "Contact Search (full-text)", "last 6 digits", "Phone=12345"),
    _get("a phone with dashes", "Contact", "Contact Search (full-text)", "digits", "Phone=06-1/987-65432"),
    _get("a short number as Query", "Contact", "", "at least its last 6 digits", "Query=12345", 200),
    _get("a contact's Type of another word", "Contact", "Contact", "Person or Business", "Type=Company"),
    _get("a task's status in lower case", "ToDoList/1234", "Task Search", "did you mean Open?", "Status=open"),
    _put("a project without CategoryId", "Project", "Project (PUT)", "GET /Api/R3/Category", {"ContactId": 12345}),
    _put("a project without ContactId", "Project", "Project (PUT)", "GET /Api/R3/Contact", {"CategoryId": 3}),
    _put("a project of no contact", "Project", "Error handling", "GET /Api/R3/Contact", {**_PROJECT, "ContactId": 99999}),
    _put("a project in no module", "Project", _TYPES, "has the ids 3", {**_PROJECT, "CategoryId": 99}),
    _put("a project moved to another module", "Project/1234", "Project (PUT)", "CategoryId is 3", {"CategoryId": 5}),
    _put("a project moved to another contact", "Project/1234", "Project (PUT)", "ContactId is", {"ContactId": 12346}),
    _put("an unknown user", "Project/1234", _TYPES, "has the ids 3200", {"UserId": 1}),
    _put("an unknown user's name", "Project/1234", _TYPES, "did you mean John Doe?", {"UserId": "John Do"}),
    _put("an unknown status", "Project/1234", _TYPES, "has the ids 2509", {"StatusId": 1}),
    _put("an unknown status's label", "Project/1234", _TYPES, "did you mean Contracting?", {"StatusId": "Contracted!"}),
    _put("an unknown choice", "Project/1234", _TYPES, "did you mean Google?", {"Referrer": "Gogle"}),
    _put("a bit that a set does not have", "Project/1234", _TYPES, "has the ids 1, 2, 4", {"Set1035": 8}),
    _put("a label for a field's name", "Project/1234", "Error handling", "did you mean UserId? Responsible is its label", {"Responsible": "John Doe"}),
    _put("a field in lower case", "Project/1234", "Error handling", "did you mean Name", {"name": "x"}),
    _put("a number of letters", "Project/1234", _TYPES, "64 bit whole number", {"Int1107": "many"}),
    _put("a date as people write it", "Project/1234", _TYPES, "2013-05-25 13:12:00", {"DateTime1106": "25.05.2013"}),
    _put("a file that is no URL", "Project/1234", _TYPES, "URL of a file", {"File1113": "plan.pdf"}),
    _put("a text that is too long", "Project/1234", _TYPES, "128 characters", {"Name": "x" * 129}),
    _put("Deleted of yes", "Project/1234", _TYPES, "0 or 1", {"Deleted": "yes"}),
    _put("an empty body", "Project/1234", "Project (PUT)", "send a field to change", {}),
    _put("no body", "Project/1234", "Data format", "send a JSON object", ""),
    _put("a body with a trailing comma", "Address/123", "Data format", "trailing comma", '{"Address":"Well Known street 2.",}'),
    _put("a body that is a form", "Project/1234", "Data format", "looks like a form", "Name=New+name&Deleted=1", content_type="application/x-www-form-urlencoded"),
    _put("a body that is a list", "Project/1234", "Data format", "send a JSON object", [{"Name": "x"}]),
    _put("an id in the body of a new one", "Project", "Project (PUT)", "leave the id out", {**_PROJECT, "Id": 5}),
    _put("another id in the body", "Project/1234", "Project (PUT)", "in the address alone", {"Id": 5, "Name": "x"}),
    _put("a contact without a Type", "Contact", "Contact (PUT)", "Person or Business", {"FirstName": "x"}),
    _put("a contact's Type in lower case", "Contact", "Contact (PUT)", "Person or Business", {"Type": "person", "FirstName": "x"}),
    _put("a person without a name", "Contact", "Contact (PUT)", "FirstName or LastName", {"Type": "Person", "Email": "x@y.hu"}),
    _put("a business with a first name alone", "Contact", "Error handling", "did you mean Name", {"Type": "Business", "FirstName": "x"}),
    _put("a contact's other Type", "Contact/12345", "Contact (PUT)", "create another contact", {"Type": "Business"}),
    _put("a person of no business", "Contact/12345", "Error handling", "Type Business", {"BusinessId": 12345}),
    _put("a task without a project", "ToDo", "Task (PUT)", "ProjectId", {"Comment": "x"}),
    _put("a task of no project", "ToDo", "Error handling", "GET /Api/R3/Project", {"ProjectId": 99999, "Comment": "x"}),
    _put("a task moved to another project", "ToDo/1111", "Task (PUT)", "create another task", {"ProjectId": 12345}),
    _put("a closed task", "ToDo/1111", "Task (PUT)", "create a new task", {"Status": "Open"}, before=("PUT", "ToDo/1111", '{"Status": "Closed"}')),
    _put("a task's status of done", "ToDo/1111", _TYPES, "Open or Closed", {"Status": "Done"}),
    _put("an address without a contact", "Address", "Address (PUT)", "ContactId", {"Name": "Office"}),
    _put("an address moved to another contact", "Address/123", "Address (PUT)", "create another address", {"ContactId": 12345}),
    _put("an address without a name", "Address/123", "Project (PUT)", "leave it out", {"Name": ""}),
    _get("Tasks for ToDo", "Tasks/1111", "Error handling", "/Api/R3/ToDo/1111", status=404),
    _get("Person for Contact", "Person/1", "Error handling", "/Api/R3/Contact/1", status=404),
    _get("Companies for Contact", "Companies", "Error handling", "/Api/R3/Contact", status=404),
    _get("what is like nothing", "Quotes/1", "Error handling", "the endpoints are Address, AddressList", status=404),
)  # fmt: skip
