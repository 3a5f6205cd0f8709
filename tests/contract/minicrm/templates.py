"""TemplateList and Template: what mails, tasks, messages and files are made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, expect_nothing, read_found, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_TYPES = ("Email", "Todo", "Sms", "File")
_rule = partial(rule, document=MANUAL, provenance="observed")


def _list(minicrm: MinicrmAccount, module: str) -> dict[str, Row]:
    return read_found(minicrm.get_further(f"{ROOT}/TemplateList/{module}")).rows


def _find(minicrm: MinicrmAccount) -> tuple[str, dict[str, Row]]:
    """Return a module that has templates, and these.

    Raises:
        NotTestedError: No module has any.
    """
    for module in minicrm.list_modules():
        rows = _list(minicrm, module)
        if rows:
            return module, rows
    raise NotTestedError("no module has templates")


@_rule("minicrm.template-list.shape", source="TemplateList")
def check_list_shape(minicrm: MinicrmAccount) -> None:
    """TemplateList answers Count, a number, and a list of rows with Id, a number, Type, Name and Url (grade B)."""
    module, _ = _find(minicrm)
    response = minicrm.get_further(f"{ROOT}/TemplateList/{module}")
    found = read_object(response)
    rows: Any = found["Results"]
    expect(isinstance(rows, list), "Results to be a list", response.describe(), response)
    expect_equal(found["Count"], len(rows), "Count", response)
    for row in cast("list[Row]", rows):
        expect(isinstance(row["Id"], int), "Id to be a number", repr(row["Id"]), response)
        expect(row["Type"] in _TYPES, f"a Type of {', '.join(_TYPES)}", repr(row["Type"]), response)
        expect(isinstance(row["Name"], str), "Name to be text", repr(row["Name"]), response)
        expect(f"/Template/{row['Id']}" in row["Url"], f"a Url with /Template/{row['Id']}", row["Url"], response)


@_rule("minicrm.template-list.own-templates", source="TemplateList")
def check_own_templates(minicrm: MinicrmAccount) -> None:
    """A module's list has its own templates: each says so in its detail, and has the same name there (grade B)."""
    module, rows = _find(minicrm)
    for template_id, row in list(rows.items())[:5]:
        detail = minicrm.fetch("Template", template_id)
        expect_equal((str(detail["CategoryId"]), detail["Name"]), (module, row["Name"]), "CategoryId and Name")
    for other in [one for one in minicrm.list_modules() if one != module][:3]:
        both = sorted(set(rows) & set(_list(minicrm, other)))
        expect(not both, f"no template of module {module} in the list of module {other}", both)


@_rule("minicrm.template-list.empty", source="TemplateList", provenance="assumed")
def check_list_empty(minicrm: MinicrmAccount) -> None:
    """A module without templates has a Count of 0 and no Results."""
    for module in minicrm.list_modules():
        found = read_found(minicrm.get_further(f"{ROOT}/TemplateList/{module}"))
        if not found.rows:
            expect_nothing(found, f"the templates of module {module}")
            return
    raise NotTestedError("each module has templates")


@_rule("minicrm.template-list.unknown-module", source="TemplateList", provenance="assumed")
def check_unknown_module(minicrm: MinicrmAccount) -> None:
    """The templates of a module that does not exist are not found: status 404."""
    expect_status(minicrm.send("GET", f"{ROOT}/TemplateList/999999989"), 404)


@_rule("minicrm.template.detail", source="Template")
def check_detail(minicrm: MinicrmAccount) -> None:
    """A template has Id, CategoryId and FolderId as numbers, Folders as a list of them, and four texts (grade B)."""
    _, rows = _find(minicrm)
    for template_id in list(rows)[:4]:
        response = minicrm.get_further(f"{ROOT}/Template/{template_id}")
        detail = read_object(response)
        for name in ("Id", "CategoryId", "FolderId"):
            expect(isinstance(detail[name], int), f"{name} to be a number", repr(detail[name]), response)
        for name in ("Type", "Name", "Subject", "Content"):
            expect(isinstance(detail[name], str), f"{name} to be text", repr(detail[name]), response)
        folders: object = detail["Folders"]
        is_so = isinstance(folders, list) and all(isinstance(one, int) for one in cast("list[object]", folders))
        expect(is_so, "Folders to be a list of numbers", response.describe(), response)
        expect_equal(str(detail["Id"]), template_id, "Id", response)


@_rule("minicrm.template.type-is-a-label", source="Template")
def check_type_is_a_label(minicrm: MinicrmAccount) -> None:
    """The Type of a template is a label in its detail: "To do" where the list has Todo (grade B)."""
    for module in minicrm.list_modules():
        for template_id, row in _list(minicrm, module).items():
            if row["Type"] == "Todo":
                told = minicrm.fetch("Template", template_id)["Type"]
                expect(told != "Todo", "a label", repr(told))
                return
    raise NotTestedError("no module has a template of a task")


@_rule("minicrm.template.read-only", source="Template", writes=True)
def check_read_only(minicrm: MinicrmAccount) -> None:
    """Templates can not be made or changed by the API (grade B)."""
    minicrm.need_home("it might make what nothing takes back")
    _, rows = _find(minicrm)
    template_id, row = next(iter(rows.items()))
    for path in ("Template", f"Template/{template_id}"):
        response = minicrm.put(path, {"CategoryId": 3, "Type": "Email", "Name": "x"})
        expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(minicrm.fetch("Template", template_id)["Name"], row["Name"], "Name of the template")


@_rule("minicrm.template.unknown-id", source="Template", provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """A template that does not exist is not found: status 404."""
    expect_status(minicrm.send("GET", f"{ROOT}/Template/999999989"), 404)
