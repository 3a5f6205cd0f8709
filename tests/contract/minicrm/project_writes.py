"""Creating and updating projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SECTION = "Project (PUT)"
_CHANGING = frozenset({"UpdatedAt", "UpdatedBy", "StatusUpdatedAt"})
ODD_TEXTS = (
    "árvíztűrő tükörfúrógép",
    "张伟 🎉",
    'said "yes"',
    "back\\slash",
    "100% a+b & c=d #e",
    "<b>x</b>",
    "%2B %20",
    "it's",
)


def read_detail(minicrm: MinicrmAccount, project_id: str) -> dict[str, Any]:
    """Return the detail of a project without what every write changes."""
    return {name: value for name, value in minicrm.fetch("Project", project_id).items() if name not in _CHANGING}


def _count_projects(minicrm: MinicrmAccount) -> int:
    trashed = minicrm.search("Project", CategoryId=minicrm.writable_module, Deleted="1").count
    return trashed + minicrm.search("Project", CategoryId=minicrm.writable_module).count


@rule("minicrm.project-create.answer", source=_SECTION, writes=True)
def check_create_response(minicrm: MinicrmAccount) -> None:
    """A PUT without an id creates a project, and answers {"Id": n}, n a number."""
    response = minicrm.put("Project", minicrm.build_project())
    expect(response.status == 200, "status 200", response.describe(), response)
    body = read_object(response)
    is_so = list(body) == ["Id"] and isinstance(body["Id"], int) and not isinstance(body["Id"], bool)
    expect(is_so, 'an object {"Id": number}', response.describe(), response)
    expect_equal(response.media_type, "application/json", "the media type", response)


@rule("minicrm.project-create.stored", source=_SECTION, writes=True)
def check_stored(minicrm: MinicrmAccount) -> None:
    """A new project has the name, module and contact that were sent, and is found by a search."""
    body = minicrm.build_project(Name="stored")
    project_id = minicrm.save("Project", body)
    detail = minicrm.fetch("Project", project_id)
    for name in ("CategoryId", "ContactId", "Name"):
        expect_equal(detail[name], body[name], f"the {name} of the new project")
    expect_equal(str(detail["Id"]), project_id, "its Id")
    expect_equal(str(detail["Deleted"]), "0", "its Deleted")
    found = minicrm.search_all("Project", CategoryId=minicrm.writable_module)
    expect(project_id in found, f"project {project_id} among those of its module", "it is not there")


@rule("minicrm.project-create.one-more", source=_SECTION, writes=True)
def check_one_more(minicrm: MinicrmAccount) -> None:
    """Creating adds one project, with an id that was not in use, and changes no other."""
    before = minicrm.search_all("Project", CategoryId=minicrm.writable_module)
    project_id = minicrm.make_project()
    after = minicrm.search_all("Project", CategoryId=minicrm.writable_module)
    expect(project_id not in before, "an id that was not in use", project_id)
    expect_equal({one: after.get(one) for one in before}, before, "the other projects")
    expect_equal(len(after), len(before) + 1, "the number of projects")


@rule("minicrm.project-create.new-ids", source=_SECTION, writes=True)
def check_new_ids(minicrm: MinicrmAccount) -> None:
    """The same project, created twice, is two projects; an id is not used again, not even that of a trashed one."""
    first = minicrm.make_project(Name="twin")
    minicrm.save(f"Project/{first}", {"Deleted": 1})
    made = [minicrm.make_project(Name="twin") for _ in range(2)]
    expect_equal(len({first, *made}), 3, "the number of different ids")


@rule("minicrm.project-create.required", source=_SECTION, writes=True)
def check_required(minicrm: MinicrmAccount) -> None:
    """CategoryId and ContactId are required for new projects: without one the request is refused with 400."""
    before = _count_projects(minicrm)
    body = minicrm.build_project()
    for name in ("CategoryId", "ContactId"):
        response = minicrm.put("Project", {key: value for key, value in body.items() if key != name})
        expect(response.status == 400, f"status 400 without {name}", response.describe(), response)
    expect_equal(_count_projects(minicrm), before, "the number of projects")


@rule("minicrm.project-create.unknown-owner", source="Error handling", provenance="assumed", writes=True)
def check_unknown_owner(minicrm: MinicrmAccount) -> None:
    """A module or a contact that does not exist is illegal: the request is refused with 400."""
    before = _count_projects(minicrm)
    for name in ("CategoryId", "ContactId"):
        response = minicrm.put("Project", minicrm.build_project(**{name: 999999989}))
        expect(response.status == 400, f"status 400 for {name} 999999989", response.describe(), response,
               live="observed, grade B: 500 is given for a value that does not exist")  # fmt: skip
    expect_equal(_count_projects(minicrm), before, "the number of projects")


@rule("minicrm.project-create.refused-creates-nothing", source="Error handling", writes=True)
def check_refused_creates_nothing(minicrm: MinicrmAccount) -> None:
    """A refused creation creates nothing."""
    before = _count_projects(minicrm)
    for wrong in ({"NoSuchFieldHere": "x"}, {"StatusId": "no such status"}, {"Deleted": "perhaps"}):
        response = minicrm.put("Project", minicrm.build_project(**wrong))
        expect(response.status >= 400, f"a refusal of {wrong}", response.describe(), response)
    expect_equal(_count_projects(minicrm), before, "the number of projects")


@rule("minicrm.project-update.answer", source=_SECTION, writes=True)
def check_update_response(minicrm: MinicrmAccount) -> None:
    """A PUT with an id updates that project, and answers its Id."""
    project_id = minicrm.make_project()
    response = minicrm.put(f"Project/{project_id}", {"Name": f"{minicrm.sandbox.prefix}new name"})
    expect_equal(read_object(response), {"Id": int(project_id)}, "the answer", response)
    expect_equal(minicrm.fetch("Project", project_id)["Name"], f"{minicrm.sandbox.prefix}new name", "the stored Name")


@rule("minicrm.project-update.only-what-is-sent", source=_SECTION, writes=True)
def check_only_what_is_sent(minicrm: MinicrmAccount) -> None:
    """An update changes the fields that were sent and no others, of this project and of no other."""
    field = minicrm.find_custom_field("Text")
    project_id, other_id = minicrm.make_project(**{field: "kept"}), minicrm.make_project(**{field: "other"})
    before, other = read_detail(minicrm, project_id), read_detail(minicrm, other_id)
    name = f"{minicrm.sandbox.prefix}changed"
    minicrm.save(f"Project/{project_id}", {"Name": name})
    expect_equal(read_detail(minicrm, project_id), {**before, "Name": name}, "the project after the update")
    minicrm.save(f"Project/{project_id}", {field: "changed"})
    after = read_detail(minicrm, project_id)
    expect_equal(after, {**before, "Name": name, field: "changed"}, "the project after the second update")
    expect_equal(read_detail(minicrm, other_id), other, "the other project")


@rule("minicrm.project-update.no-new-project", source=_SECTION, writes=True)
def check_no_new_project(minicrm: MinicrmAccount) -> None:
    """An update makes no new project."""
    project_id = minicrm.make_project()
    before = _count_projects(minicrm)
    minicrm.save(f"Project/{project_id}", {"Name": f"{minicrm.sandbox.prefix}again"})
    expect_equal(_count_projects(minicrm), before, "the number of projects")


@rule("minicrm.project-update.unknown-id", source="Error handling", writes=True)
def check_update_unknown_id(minicrm: MinicrmAccount) -> None:
    """An update of a project that does not exist is answered with 404, and creates none."""
    before = _count_projects(minicrm)
    for project_id in ("999999989", str(max(map(int, minicrm.list_projects())) + 1000)):
        body = {**minicrm.build_project(), "Name": f"{minicrm.sandbox.prefix}nobody"}
        for sent in (body, {"Name": body["Name"]}):
            response = minicrm.put(f"Project/{project_id}", sent)
            expect(response.status == 404, f"status 404 for Project/{project_id}", response.describe(), response)
        response = minicrm.send("GET", f"{ROOT}/Project/{project_id}")
        expect(response.status == 404, f"still no project {project_id}", response.describe(), response)
    expect_equal(_count_projects(minicrm), before, "the number of projects")


@rule("minicrm.project-update.module-stays", source=_SECTION, writes=True)
def check_module_stays(minicrm: MinicrmAccount) -> None:
    """CategoryId can't be updated: another module is refused with 400 and nothing of the request is stored."""
    other = next((module for module in minicrm.list_modules() if module != minicrm.writable_module), None)
    if other is None:
        raise NotTestedError("there is only one module")
    project_id = minicrm.make_project()
    before = read_detail(minicrm, project_id)
    for body in ({"CategoryId": int(other), "Name": "x"}, {"Name": "x", "CategoryId": int(other)}):
        response = minicrm.put(f"Project/{project_id}", body)
        expect(response.status == 400, f"status 400 for CategoryId {other}", response.describe(), response)
        expect_equal(read_detail(minicrm, project_id), before, "the project")


@rule("minicrm.project-update.contact-stays", source=_SECTION, writes=True)
def check_contact_stays(minicrm: MinicrmAccount) -> None:
    """ContactId can't be updated: another contact is refused with 400 and nothing of the request is stored."""
    project_id = minicrm.make_project()
    before = read_detail(minicrm, project_id)
    other = next((one for one in minicrm.list_contacts(2) if int(one) != before["ContactId"]), None)
    response = minicrm.put(f"Project/{project_id}", {"Name": "x", "ContactId": int(str(other))})
    expect(response.status == 400, "status 400", response.describe(), response,
           live="observed, grade B: within a business it can change")  # fmt: skip
    expect_equal(read_detail(minicrm, project_id), before, "the project")


@rule("minicrm.project-update.refused-changes-nothing", source="Error handling", writes=True)
def check_refused_changes_nothing(minicrm: MinicrmAccount) -> None:
    """An update that is refused for one field stores none of its fields, in whichever order they come."""
    project_id = minicrm.make_project()
    before = read_detail(minicrm, project_id)
    for name, value in (("NoSuchFieldHere", "x"), ("StatusId", "no such status"), ("Deleted", "perhaps")):
        for body in ({"Name": "x", name: value}, {name: value, "Name": "x"}):
            response = minicrm.put(f"Project/{project_id}", body)
            expect(400 <= response.status < 600, f"a refusal of {body}", response.describe(), response)
            expect_equal(read_detail(minicrm, project_id), before, f"the project after the refusal of {body}")


@rule("minicrm.project-update.illegal-values", source="Error handling", writes=True)
def check_illegal_values(minicrm: MinicrmAccount) -> None:
    """An illegal parameter is refused with 400: a field that does not exist, a value that its type does not have."""
    project_id = minicrm.make_project()
    wrong: dict[str, object] = {"NoSuchFieldHere": "x", "Deleted": "perhaps", "StatusId": "no such status"}
    for type_text, value in (("Int", "many"), ("DateTime", "yesterday")):
        try:
            wrong[minicrm.find_custom_field(type_text)] = value
        except NotTestedError:
            continue
    for name, value in wrong.items():
        response = minicrm.put(f"Project/{project_id}", {name: value})
        expect(response.status == 400, f"status 400 for {name} {value!r}", response.describe(), response)


@rule("minicrm.project-update.unreadable-body", source="Error handling", writes=True)
def check_unreadable_body(minicrm: MinicrmAccount) -> None:
    """A body that is no JSON object, or an empty one, is refused with 400; a trailing comma is no JSON."""
    minicrm.need_sandbox()
    project_id = minicrm.make_project()
    for body in (b"", b"{", b"[]", b'"x"', b"{}", b'{"Name":"x",}', b"Name=x"):
        response = minicrm.send("PUT", f"{ROOT}/Project/{project_id}", raw_body=body)
        expect(response.status == 400, f"status 400 for {body.decode()!r}", response.describe(), response)


@rule("minicrm.project-update.any-content-type", source=_SECTION, writes=True)
def check_any_content_type(minicrm: MinicrmAccount) -> None:
    """The body is JSON whatever the Content-Type says: the document's curl sends it as a form."""
    minicrm.need_sandbox()
    project_id = minicrm.make_project()
    for media_type in ("application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8"):
        name = f"{minicrm.sandbox.prefix}{media_type}"
        body = f'{{"Name":"{name}"}}'.encode()
        response = minicrm.send("PUT", f"{ROOT}/Project/{project_id}", raw_body=body, media_type=media_type)
        expect(response.status == 200, f"status 200 with {media_type}", response.describe(), response)
        expect_equal(minicrm.fetch("Project", project_id)["Name"], name, "the stored Name")


@rule("minicrm.project-update.texts", source="Character Encoding", writes=True)
def check_texts(minicrm: MinicrmAccount) -> None:
    """Input and output are UTF-8: every text reads back as it was written, by raw letters or by JSON escapes."""
    field = minicrm.find_custom_field("Text")
    project_id = minicrm.make_project()
    for text in ODD_TEXTS:
        minicrm.save(f"Project/{project_id}", {field: text})
        expect_equal(minicrm.fetch("Project", project_id)[field], text, f"the stored {field}")
    raw = f'{{"{field}":"é 张 🎉"}}'.encode()
    minicrm.send("PUT", f"{ROOT}/Project/{project_id}", raw_body=raw)
    expect_equal(minicrm.fetch("Project", project_id)[field], "é 张 🎉", f"the stored {field}, sent as UTF-8")


@rule("minicrm.trash.and-restore", source=_SECTION, writes=True)
def check_trash(minicrm: MinicrmAccount) -> None:
    """Deleted 1 trashes a project and 0 brings it back, as numbers and as text; all else stays what it was."""
    project_id = minicrm.make_project()
    before = read_detail(minicrm, project_id)
    for trashed, restored in (("1", "0"), (1, 0)):
        for value in (trashed, restored):
            minicrm.save(f"Project/{project_id}", {"Deleted": value})
            detail = read_detail(minicrm, project_id)
            expect_equal(str(detail["Deleted"]), str(value), f"Deleted after {value!r}")
            expect_equal({**detail, "Deleted": 0}, {**before, "Deleted": 0}, f"the project after Deleted {value!r}")


@rule("minicrm.trash.search", source="Searching / Project search (field-based)", provenance="observed", writes=True)
def check_trash_search(minicrm: MinicrmAccount) -> None:
    """A trashed project is found by Deleted=1 and not without it; restored, the other way round (grades B, D)."""
    project_id = minicrm.make_project()
    module = minicrm.writable_module
    for value in (1, 0):
        minicrm.save(f"Project/{project_id}", {"Deleted": value})
        plain = project_id in minicrm.search_all("Project", CategoryId=module)
        trash = project_id in minicrm.search_all("Project", CategoryId=module, Deleted="1")
        expect_equal(
            (plain, trash), (value == 0, value == 1), f"found without and with Deleted=1, after Deleted {value}"
        )


@rule("minicrm.trash.still-readable", source=_SECTION, provenance="observed", writes=True)
def check_trash_still_readable(minicrm: MinicrmAccount) -> None:
    """A trashed project can be read and written (grade B)."""
    project_id = minicrm.make_project()
    minicrm.save(f"Project/{project_id}", {"Deleted": 1})
    minicrm.save(f"Project/{project_id}", {"Name": f"{minicrm.sandbox.prefix}in the trash"})
    expect_equal(minicrm.fetch("Project", project_id)["Name"], f"{minicrm.sandbox.prefix}in the trash", "the Name")
