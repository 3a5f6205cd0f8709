"""That what is written is kept whole, wherever it is shown, and that lists which are not paged are whole."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_found, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_MANY = 130


@rule("minicrm.project-create.name-kept", source="Searching", writes=True)
def check_name_kept(minicrm: MinicrmAccount) -> None:
    """A name is shown as it was sent, one of 120 characters or with odd signs too, among the hits as in the detail."""
    minicrm.need_sandbox()
    names = ("ő" * (120 - len(minicrm.sandbox.prefix)), """<b>it's</b> "a+b" & 5% \\ of c/d""")
    made = {name: minicrm.make_project(Name=name) for name in names}
    hits = minicrm.search_all("Project", CategoryId=minicrm.writable_module)
    for name, project_id in made.items():
        expect_equal(hits[project_id]["Name"], f"{minicrm.sandbox.prefix}{name}", "the Name of the hit")
        expect_equal(minicrm.fetch("Project", project_id)["Name"], hits[project_id]["Name"], "the Name of the detail")


@rule("minicrm.project-update.keeps-every-type", source="Project (PUT)", writes=True)
def check_keeps_every_type(minicrm: MinicrmAccount) -> None:
    """An update of the name alone leaves fields of every type as they are: numbers, dates, choices, sets and texts."""
    values: dict[str, object] = {}
    for type_text, value in (("Int", 125), ("Text", "kept"), ("DateTime", "2013-05-25 13:12:00")):
        with suppress(NotTestedError):
            values[minicrm.find_custom_field(type_text)] = value
    for is_set in (False, True):
        with suppress(NotTestedError):
            field, choices = minicrm.find_choices(is_set=is_set)
            values[field] = int(min(choices, key=int))
    if not values:
        raise NotTestedError(f"module {minicrm.writable_module} has no fields of its own")
    made = minicrm.make_project(**values)
    before = minicrm.fetch("Project", made)
    minicrm.save(f"Project/{made}", {"Name": f"{minicrm.sandbox.prefix}renamed"})
    after = minicrm.fetch("Project", made)
    for name in values:
        expect_equal(after.get(name), before[name], f"{name} after another Name")


@rule("minicrm.project-search.text-fields", source="Searching", provenance="assumed", writes=True)
def check_text_fields(minicrm: MinicrmAccount) -> None:
    """A full-text search finds a project by a word of a text field of the account's own."""
    field = minicrm.find_custom_field("Text")
    made = minicrm.make_project(**{field: "first Contractfieldword last"})
    found = minicrm.search("Project", Query="Contractfieldword")
    expect_same_ids(found.ids, [made], f"the projects with the word in {field}", found.response)


@rule("minicrm.contact-create.kept-as-sent", source="Contact (PUT)", writes=True)
def check_contact_kept(minicrm: MinicrmAccount) -> None:
    """The texts of a new contact read back sign by sign, capitals in an address included, in detail and hit."""
    fields = {"FirstName": "deÁ", "Email": "Contract.Suite@Example.com", "Phone": "06-1 / 987-65432"}
    contact_id = minicrm.make_contact(**fields)
    detail = minicrm.fetch("Contact", contact_id)
    expect_equal({name: detail[name] for name in fields}, fields, "the stored fields")
    row = minicrm.search("Contact", Email=fields["Email"]).rows.get(contact_id, {})
    wanted = {name: fields[name] for name in ("Email", "Phone")}
    expect_equal({name: row.get(name) for name in wanted}, wanted, "the fields of the hit")


@rule("minicrm.contact-create.found-by-reference-id", source="Contact (PUT)", provenance="assumed", writes=True)
def check_contact_reference(minicrm: MinicrmAccount) -> None:
    """A contact is found by the ReferenceId that it was given: exactly it, in whichever form a contact is answered."""
    made: dict[str, str] = {}
    for place in (1, 11):
        text = f"{minicrm.sandbox.prefix}Contact-{place}"
        made[text] = minicrm.make_contact(ReferenceId=text)
    for text, contact_id in made.items():
        response = minicrm.get(f"{ROOT}/Contact", ReferenceId=text)
        found = read_object(response)
        ids = [str(found["Id"])] if "Id" in found else read_found(response).ids
        expect_equal(ids, [contact_id], f"the contacts with ReferenceId {text!r}", response)


@rule("minicrm.task-create.type", source="Task Search", provenance="assumed", writes=True)
def check_task_type(minicrm: MinicrmAccount) -> None:
    """A task has the Type that it was given: its id in the list, its name in the detail."""
    if minicrm.home is None:
        raise NotTestedError("the document names no way to learn which types of tasks there are")
    project = minicrm.make_project()
    task = minicrm.save("ToDo", {"ProjectId": int(project), "Comment": "call", "Type": 1567})
    [row] = read_object(minicrm.get(f"{ROOT}/ToDoList/{project}", Status="All"))["Results"]
    expect_equal((str(row["Type"]), minicrm.fetch("ToDo", task)["Type"]), ("1567", "Meeting"), "Type in both")


@rule("minicrm.field-types.file", source="Database Schema / Field types", writes=True)
def check_file(minicrm: MinicrmAccount) -> None:
    """A File is written as the URL of a file, and reads back as a URL."""
    if minicrm.home is None:
        raise NotTestedError("a live server would fetch the file, and the suite has none to offer")
    field = minicrm.find_custom_field("File")
    made = minicrm.make_project(**{field: "https://www.minicrm.hu/tesztfajl.xls"})
    stored = str(minicrm.fetch("Project", made).get(field))
    expect(stored.startswith("https://"), f"{field} to be a URL", repr(stored))


@rule("minicrm.trash.keeps-tasks", source="Services / Database Schema", provenance="assumed", writes=True)
def check_trash_keeps_tasks(minicrm: MinicrmAccount) -> None:
    """A project that is trashed and brought back has the tasks that it had."""
    project = minicrm.make_project()
    task = minicrm.save("ToDo", {"ProjectId": int(project), "Comment": f"{minicrm.sandbox.prefix}task"})
    before = minicrm.fetch("ToDo", task)
    for deleted in (1, 0):
        minicrm.save(f"Project/{project}", {"Deleted": deleted})
    found = read_found(minicrm.get(f"{ROOT}/ToDoList/{project}", Status="All"))
    expect_same_ids(found.ids, [task], "the tasks of the project that was brought back", found.response)
    expect_equal(minicrm.fetch("ToDo", task), before, "the task")


def _put_many(minicrm: MinicrmAccount) -> None:
    """Seed a project with many tasks, whose contact has many addresses.

    Raises:
        NotTestedError: The target takes no seed.
    """
    if minicrm.home is None:
        raise NotTestedError(f"only a seed can have a project with {_MANY} tasks and a contact with as many addresses")
    seed: dict[str, Any] = {
        "modules": {"3": {"name": "Sales", "statuses": {"2500": {"label": "In progress", "group": "Open"}}}},
        "contacts": [{"Id": 1, "Type": "Person", "LastName": "Doe"}],
        "projects": [{"Id": 1, "CategoryId": 3, "ContactId": 1, "StatusId": 2500, "Name": "Busy"}],
        "tasks": [{"Id": one, "ProjectId": 1, "Comment": f"Task {one}"} for one in range(1, _MANY + 1)],
        "addresses": [{"Id": one, "ContactId": 1, "Name": f"Place {one}"} for one in range(1, _MANY + 1)],
    }
    minicrm.home.put_seed({"minicrm": seed})


@rule("minicrm.task-list.all-of-many", source="Task Search")
def check_many_tasks(minicrm: MinicrmAccount) -> None:
    """All tasks of a project can be downloaded: the list is not paged, however many there are."""
    _put_many(minicrm)
    for status in ("Open", "All"):
        found = read_found(minicrm.get(f"{ROOT}/ToDoList/1", Status=status))
        expect_equal((found.count, len(found.rows)), (_MANY, _MANY), f"Count and number of tasks for Status={status}")


@rule("minicrm.address-list.all-of-many", source="Address (List)")
def check_many_addresses(minicrm: MinicrmAccount) -> None:
    """The list has all addresses of the contact, however many there are."""
    _put_many(minicrm)
    found = read_object(minicrm.get(f"{ROOT}/AddressList/1"))
    results: Any = found["Results"]
    objects = cast("list[dict[str, object]]", results if isinstance(results, list) else [results])
    shown = sum(map(len, objects))
    expect_equal((str(found["Count"]), shown), (str(_MANY), _MANY), "Count and number of addresses")
