"""What goes out: each operation's request, and what is refused before it is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm import wire

HUGE = pytest.param(10**5000, id="a number of 5001 digits")  # its text would be refused by Python itself
Create = Callable[[Mapping[str, object]], Request]
Update = Callable[[str, Mapping[str, object]], Request]
OPERATIONS = [name.removeprefix("build_") for name in dir(wire) if name.startswith("build_")]

READS: list[tuple[Request, str, tuple[tuple[str, str], ...]]] = [
    (wire.build_list_modules(), "Category", ()),
    (wire.build_list_modules(detailed=True), "Category", (("Detailed", "1"),)),
    (wire.build_get_project_schema("3"), "Schema/Project/3", ()),
    (wire.build_get_contact_schema("Person"), "Schema/Person", ()),
    (wire.build_search_projects({"Query": "Test"}), "Project", (("Query", "Test"),)),
    (wire.build_search_projects({"Query": "Test"}, page=1), "Project", (("Query", "Test"), ("Page", "1"))),
    (
        wire.build_search_projects({"StatusId": 2500, "Deleted": True}),
        "Project",
        (("StatusId", "2500"), ("Deleted", "1")),
    ),
    (wire.build_get_project(1234), "Project/1234", ()),
    (wire.build_get_project_by_reference("a/b"), "Project", (("ReferenceId", "a/b"),)),
    (wire.build_search_contacts({"Email": "jd@example.com"}), "Contact", (("Email", "jd@example.com"),)),
    (wire.build_search_contacts({}), "Contact", ()),
    (wire.build_get_contact("12346"), "Contact/12346", ()),
    (wire.build_list_tasks("1234"), "ToDoList/1234", ()),
    (wire.build_list_tasks("1234", "Open"), "ToDoList/1234", (("Status", "Open"),)),
    (wire.build_get_task("1111"), "ToDo/1111", ()),
    (wire.build_list_addresses("1234"), "AddressList/1234", ()),
    (wire.build_get_address("123"), "Address/123", ()),
]


@pytest.mark.parametrize(("request_", "path", "query"), READS)
def test_reading_is_a_get_that_may_be_repeated(
    request_: Request, path: str, query: tuple[tuple[str, str], ...]
) -> None:
    assert request_ == Request("GET", f"/Api/R3/{path}", query, body=None, is_idempotent=True)


CREATES: list[tuple[Create, str, dict[str, object]]] = [
    (wire.build_create_project, "Project", {"CategoryId": "3", "ContactId": 12345, "Deleted": "1"}),
    (wire.build_create_contact, "Contact", {"Type": "Person", "LastName": "Doe"}),
    (wire.build_create_contact, "Contact", {"Type": "Business", "Name": "Test Business"}),
    (wire.build_create_task, "ToDo", {"ProjectId": 1234, "Comment": "Do something."}),
    (wire.build_create_address, "Address", {"ContactId": 1234, "Name": "Office", "PostalCode": 5555}),
]


@pytest.mark.parametrize(("build", "entity", "fields"), CREATES)
def test_creating_is_a_put_without_an_id_that_must_not_be_repeated(
    build: Create, entity: str, fields: dict[str, object]
) -> None:
    assert build(fields) == Request("PUT", f"/Api/R3/{entity}", body=fields, is_idempotent=False)


UPDATES: list[tuple[Update, str]] = [
    (wire.build_update_project, "Project"),
    (wire.build_update_contact, "Contact"),
    (wire.build_update_task, "ToDo"),
    (wire.build_update_address, "Address"),
]


@pytest.mark.parametrize(("build", "entity"), UPDATES)
def test_updating_is_a_put_with_an_id_that_may_be_repeated(build: Update, entity: str) -> None:
    fields = {"Name": "New name", "Deleted": "1"}
    assert build("1234", fields) == Request("PUT", f"/Api/R3/{entity}/1234", body=fields, is_idempotent=True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_request_and_a_response(operation: str) -> None:
    assert callable(getattr(wire, f"build_{operation}"))
    assert callable(getattr(wire, f"parse_{operation}"))


BY_ID: list[Callable[[str], Request]] = [
    wire.build_get_project_schema,
    wire.build_get_project,
    wire.build_get_contact,
    wire.build_list_tasks,
    wire.build_get_task,
    wire.build_list_addresses,
    wire.build_get_address,
    *[lambda one, build=build: build(one, {"Name": "x"}) for build, _ in UPDATES],
]


@pytest.mark.parametrize("build", BY_ID)
@pytest.mark.parametrize(
    "wrong", ["", " ", "1/2", "..", "-1", "1.5", "1e3", "12\n", "\u0661\u0662", "9" * 19, True, 1.0, None]
)
def test_an_id_that_is_not_digits_never_reaches_a_path(build: Callable[[str], Request], wrong: str) -> None:
    with pytest.raises(InputError, match="digits only") as caught:
        build(wrong)
    assert "gives" in caught.value.hint or "lists" in caught.value.hint


@given(project_id=st.text())
def test_whatever_the_id_is_the_path_has_only_digits_at_its_end(project_id: str) -> None:
    try:
        path = wire.build_get_project(project_id).path
    except InputError:
        return
    assert path.removeprefix("/Api/R3/Project/").isascii()
    assert path.removeprefix("/Api/R3/Project/").isdecimal()


def test_searching_projects_without_a_criterion_is_refused() -> None:
    with pytest.raises(InputError, match="without a criterion"):
        wire.build_search_projects({})


@pytest.mark.parametrize("status", ["open", "Done", "Open&x=1"])
def test_the_status_of_tasks_is_one_of_three(status: str) -> None:
    with pytest.raises(InputError, match="Open, Closed or All"):
        wire.build_list_tasks("1", status)


@pytest.mark.parametrize("contact_type", ["person", "Project/3", ""])
def test_a_contact_schema_is_of_a_person_or_a_business(contact_type: str) -> None:
    with pytest.raises(InputError, match="Person"):
        wire.build_get_contact_schema(contact_type)
