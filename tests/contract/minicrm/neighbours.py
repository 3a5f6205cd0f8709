"""That what stands next to the thing asked for is neither found nor changed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SINCE = "Project search (field-based)"
_WORD = "Contractneighbour"


@rule("minicrm.field-search.whole-text", source=_SINCE, provenance="assumed", writes=True)
def check_whole_text(minicrm: MinicrmAccount) -> None:
    """A text field finds the projects whose whole text it is, not those whose text begins or ends with it."""
    field = minicrm.find_custom_field("Text")
    text = f"{minicrm.sandbox.prefix}inner"
    made = minicrm.make_project(**{field: text})
    for other in (f"{text} and more", f"more and {text}", text[:-1]):
        minicrm.make_project(**{field: other})
    found = minicrm.search_all("Project", **{field: text})
    expect_same_ids(list(found), [made], f"the projects whose {field} is {text!r}")


@rule("minicrm.project-search.trash-hidden-by-query", source="Searching", provenance="assumed", writes=True)
def check_trash_hidden_by_query(minicrm: MinicrmAccount) -> None:
    """A full-text search finds a project until it is trashed, with Deleted=1 afterwards, and again once restored."""
    made = minicrm.make_project(Name=f" {_WORD}")
    for deleted, criteria in ((0, {}), (1, {"Deleted": "1"}), (0, {})):
        minicrm.save(f"Project/{made}", {"Deleted": deleted})
        found = minicrm.search_all("Project", Query=_WORD, **criteria)
        expect(made in found, f"project {made} for Query={_WORD} {criteria or 'alone'}", list(found))
        if deleted:
            plain = minicrm.search_all("Project", Query=_WORD)
            expect(made not in plain, f"no trashed project {made} for Query={_WORD}", list(plain))


@rule("minicrm.contact-update.business-stays", source="Contact (PUT)", writes=True)
def check_business_stays(minicrm: MinicrmAccount) -> None:
    """An update of a person that does not name BusinessId leaves the person in the business."""
    minicrm.need_sandbox()
    name = f"{minicrm.sandbox.prefix}Kft."
    business = int(minicrm.save("Contact", {"Type": "Business", "Name": name}))
    person = minicrm.make_contact(BusinessId=business)
    minicrm.save(f"Contact/{person}", {"FirstName": "Ágnes"})
    expect_equal(minicrm.fetch("Contact", person).get("BusinessId"), business, "BusinessId after the update")


@rule("minicrm.project-update.nothing-else", source="Project (PUT)", writes=True)
def check_nothing_else(minicrm: MinicrmAccount) -> None:
    """An update leaves the status, the ReferenceId and the trash alone, where it does not name them."""
    statuses = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))["StatusId"]
    reference = f"{minicrm.sandbox.prefix}kept-reference"
    made = minicrm.make_project(StatusId=int(list(statuses)[-1]), ReferenceId=reference)
    first = minicrm.fetch("Project", made)
    for deleted in (0, 1):
        minicrm.save(f"Project/{made}", {"Deleted": deleted})
        name = f"{minicrm.sandbox.prefix}renamed {deleted}"
        minicrm.save(f"Project/{made}", {"Name": name})
        after = minicrm.fetch("Project", made)
        for field in ("StatusId", "UserId", "ContactId"):
            expect_equal(after[field], first[field], f"{field} after another Name")
        expect_equal(str(after["Deleted"]), str(deleted), "Deleted after another Name")
        found = read_object(minicrm.get(f"{ROOT}/Project", ReferenceId=reference))
        expect_equal((str(found["Id"]), found["Name"]), (made, name), "Id and Name of the project by its ReferenceId")


@rule("minicrm.project-create.in-its-module", source="Project (PUT)", writes=True)
def check_in_its_module(minicrm: MinicrmAccount) -> None:
    """A new project is in the module that CategoryId names."""
    minicrm.need_sandbox()
    for module in [minicrm.writable_module] if minicrm.home is None else list(minicrm.list_modules()):
        made = minicrm.make_project(CategoryId=int(module))
        expect_equal(str(minicrm.fetch("Project", made)["CategoryId"]), module, "CategoryId of the new project")


@rule("minicrm.project-search.new-name", source="Project search (full-text)", writes=True)
def check_new_name(minicrm: MinicrmAccount) -> None:
    """A project is found by the words of its name: a new one at once, a renamed one by the new and not by the old."""
    old, new = f"{_WORD}old", f"{_WORD}new"
    made = minicrm.make_project(Name=f" {old}")
    expect_same_ids(minicrm.search("Project", Query=old).ids, [made], f"the projects for Query={old}")
    minicrm.save(f"Project/{made}", {"Name": f"{minicrm.sandbox.prefix} {new}"})
    expect_same_ids(minicrm.search("Project", Query=new).ids, [made], f"the projects for Query={new}")
    expect_same_ids(minicrm.search("Project", Query=old).ids, [], f"the projects for Query={old} after renaming")


@rule("minicrm.task-list.of-both-kinds", source="Task Search", writes=True)
def check_both_kinds(minicrm: MinicrmAccount) -> None:
    """Of a project with an open and a closed task Open and Closed list one each, and All lists both."""
    project = int(minicrm.make_project())
    comment = f"{minicrm.sandbox.prefix}task"
    tasks = [
        minicrm.save("ToDo", {"ProjectId": project, "Comment": comment, "Deadline": "2030-01-02 03:04:05"})
        for _ in range(2)
    ]
    minicrm.save(f"ToDo/{tasks[1]}", {"Status": "Closed"})
    for status, wanted in (("Open", tasks[:1]), ("Closed", tasks[1:]), ("All", tasks)):
        found = read_object(minicrm.get(f"{ROOT}/ToDoList/{project}", Status=status))
        expect_same_ids([str(row["Id"]) for row in found["Results"]], wanted, f"the tasks for Status={status}")
        expect_equal(str(found["Count"]), str(len(wanted)), f"Count for Status={status}")


@rule("minicrm.address-list.complete", source="Address (List)", writes=True)
def check_complete(minicrm: MinicrmAccount) -> None:
    """The list of a contact's addresses holds each of them, and no other contact's."""
    contacts = [int(minicrm.make_contact()) for _ in range(2)]
    name = f"{minicrm.sandbox.prefix}address"
    made = {
        contact: [minicrm.save("Address", {"ContactId": contact, "Name": name}) for _ in range(count)]
        for contact, count in zip(contacts, (3, 1), strict=True)
    }
    for contact, wanted in made.items():
        found = read_object(minicrm.get(f"{ROOT}/AddressList/{contact}"))
        results: Any = found["Results"]
        objects = cast("list[dict[str, object]]", results if isinstance(results, list) else [results])
        lines = [key for each in objects for key in each]
        expect_same_ids(lines, wanted, f"the addresses of contact {contact}")
        expect_equal(str(found["Count"]), str(len(wanted)), f"Count for contact {contact}")


@rule("minicrm.task-create.kept-as-sent", source="Task (PUT)", provenance="observed", writes=True)
def check_task_kept(minicrm: MinicrmAccount) -> None:
    """A new task keeps its comment sign by sign, in the list too, and the user that it was given to (grade A)."""
    project = minicrm.make_project()
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{minicrm.writable_module}"))
    users = cast("dict[str, str]", schema["UserId"])
    comment = f'{minicrm.sandbox.prefix}<b>ő & 🎉</b> "a+b" %25 \\ and quite a long end'
    for user, name in users.items():
        task = minicrm.save("ToDo", {"ProjectId": int(project), "Comment": comment, "UserId": int(user)})
        detail = minicrm.fetch("ToDo", task)
        expect_equal((detail["Comment"], detail["UserId"]), (comment, name), "Comment and UserId of the new task")
        rows = read_object(minicrm.get(f"{ROOT}/ToDoList/{project}", Status="All"))["Results"]
        [row] = [each for each in rows if str(each["Id"]) == task]
        expect_equal((row["Comment"], str(row["UserId"])), (comment, user), "Comment and UserId in the list")
