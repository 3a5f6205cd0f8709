"""Refusals: their status, their plain text, and the login."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.home import SEED_LOGINS
from tests.contract.harness.accounts.minicrm_account import ROOT
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.responses import CrmResponse

_ERRORS = "Error handling"
_BASICS = "Basics"


def _expect_plain_text(response: CrmResponse) -> None:
    expect(400 <= response.status < 500, "a refusal", response.describe(), response)
    expect(bool(response.text.strip()), "some text", response.describe(), response)
    try:
        value: object = json.loads(response.text)
    except ValueError:
        value = None
    expect(not isinstance(value, dict | list), "plain text and no JSON", response.describe(), response)
    is_json = response.media_type.endswith("json")
    expect(not is_json, "a media type of plain text", response.media_type, response)


@rule("minicrm.errors.plain-text", source=_ERRORS)
def check_plain_text(minicrm: MinicrmAccount) -> None:
    """In case of errors the output is a plain text message, not a JSON object."""
    for path, query in (
        ("Project/999999989", {}),
        ("Contact/999999989", {}),
        ("Project", {"NoSuchParameterHere": "1"}),
        ("Project", {"ReferenceId": "nobody-has-this-reference-4711"}),
        ("Schema/Project/999999989", {}),
    ):
        _expect_plain_text(minicrm.send("GET", f"{ROOT}/{path}", query))


@rule("minicrm.errors.media-type", source=_ERRORS, provenance="assumed")
def check_media_type(minicrm: MinicrmAccount) -> None:
    """An error's Content-Type is text/plain."""
    response = minicrm.send("GET", f"{ROOT}/Project/999999989")
    expect_equal(response.media_type, "text/plain", "the media type", response)


@rule("minicrm.errors.prefix", source=_ERRORS, provenance="observed")
def check_prefix(minicrm: MinicrmAccount) -> None:
    """An error begins with entity and method: Project (GET): ... (grade A)."""
    for path in ("Project", "Contact"):
        response = minicrm.send("GET", f"{ROOT}/{path}/999999989")
        expect(
            response.text.startswith(f"{path} (GET): "),
            f"a text that begins with {path} (GET): ",
            response.text,
            response,
        )


@rule("minicrm.errors.unknown-endpoint", source=_ERRORS, provenance="assumed")
def check_unknown_endpoint(minicrm: MinicrmAccount) -> None:
    """An address without an endpoint is answered with 404."""
    for path in ("Nonsense", "Nonsense/1", "project/1", "Project/1/2"):
        response = minicrm.send("GET", f"{ROOT}/{path}")
        expect(response.status == 404, f"status 404 for {path}", response.describe(), response)


@rule("minicrm.errors.read-only-endpoints", source=_ERRORS, writes=True)
def check_read_only_endpoints(minicrm: MinicrmAccount) -> None:
    """A PUT to a read-only endpoint is answered with 405 and plain text."""
    module = minicrm.main_module
    for path in ("Category", f"Schema/Project/{module}", "Schema/Person", "ToDoList/900", "AddressList/941"):
        response = minicrm.put(path, {"Name": "x"})
        expect(response.status == 405, f"status 405 for a PUT to {path}", response.describe(), response)
        _expect_plain_text(response)


@rule("minicrm.errors.methods", source=_ERRORS, writes=True)
def check_methods(minicrm: MinicrmAccount) -> None:
    """A method that an endpoint does not support is answered with 405 and plain text, and does nothing."""
    minicrm.need_sandbox()
    project = minicrm.make_project()
    before = minicrm.fetch("Project", project)
    for method in ("POST", "DELETE", "PATCH"):
        for path in (f"Project/{project}", "Project", "Contact", "ToDo"):
            response = minicrm.send(method, f"{ROOT}/{path}", body={"Name": "x"})
            expect(response.status == 405, f"status 405 for {method} {path}", response.describe(), response)
            _expect_plain_text(response)
    expect_equal(minicrm.fetch("Project", project), before, "the project")


@rule("minicrm.access.without-login", source=_BASICS)
def check_without_login(minicrm: MinicrmAccount) -> None:
    """Without HTTP Basic Auth nothing is answered: no modules, no projects."""
    minicrm.need_projects(1)
    for path in ("Category", "Project", "Contact"):
        response = minicrm.send("GET", f"{ROOT}/{path}", {"Query": "x"} if path != "Category" else {}, login="none")
        expect(response.status >= 400, f"a refusal of {path}", response.describe(), response)


@rule("minicrm.access.wrong-key", source=_BASICS)
def check_wrong_key(minicrm: MinicrmAccount) -> None:
    """With a wrong API key nothing is answered."""
    for path in ("Category", f"Schema/Project/{minicrm.main_module}"):
        response = minicrm.send("GET", f"{ROOT}/{path}", login="wrong")
        expect(response.status >= 400, f"a refusal of {path}", response.describe(), response)


@rule("minicrm.access.near-logins", source=_BASICS)
def check_near_logins(minicrm: MinicrmAccount) -> None:
    """The login counts as a whole: neither another system id nor a part of the API key opens the account."""
    others = [SEED_LOGINS["minicrm"]] if minicrm.home else []
    for how, login in minicrm.list_near_logins(*others):
        response = minicrm.send("GET", f"{ROOT}/Category", login=login)
        expect(response.status >= 400, f"a refusal with {how}", response.describe(), response)
        minicrm.get(f"{ROOT}/Category")  # a good login in between, so that nobody is locked out


@rule("minicrm.access.status", source=_BASICS, provenance="assumed")
def check_login_status(minicrm: MinicrmAccount) -> None:
    """A missing or wrong login is answered with 401 and plain text."""
    for login in ("none", "wrong"):
        response = minicrm.send("GET", f"{ROOT}/Category", login=login)
        expect(response.status == 401, "status 401", response.describe(), response,
               live="observed, grade B: one manual prints 404")  # fmt: skip
        _expect_plain_text(response)


@rule("minicrm.access.no-write-without-login", source=_BASICS, writes=True)
def check_no_write_without_login(minicrm: MinicrmAccount) -> None:
    """Without a login nothing is written."""
    project = minicrm.make_project()
    before = minicrm.fetch("Project", project)
    for login in ("none", "wrong"):
        response = minicrm.send("PUT", f"{ROOT}/Project/{project}", body={"Name": "changed"}, login=login)
        expect(response.status >= 400, "a refusal", response.describe(), response)
        expect_equal(minicrm.fetch("Project", project), before, "the project")
