"""ReferenceId and fields of the account's own as search parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_BY_FIELD = "Searching / Project search (field-based)"
_REFERENCE = "Project (GET)"


def _make_referenced(minicrm: MinicrmAccount) -> dict[str, str]:
    """Make projects whose ReferenceIds differ by little, and return their ids by ReferenceId."""
    stem = f"{minicrm.sandbox.prefix}Ref"
    texts = (
        f"{stem}-1",
        f"{stem}-11",
        f"{stem}-1 ",
        f"{stem}-1".upper(),
        f"{stem}%",
        f"{stem}_a+b/ő&c=1",
        "0123456",
        "123456",
    )
    return {text: minicrm.make_project(ReferenceId=text) for text in texts}


@rule("minicrm.reference-id.exact", source=_REFERENCE, writes=True)
def check_reference_exact(minicrm: MinicrmAccount) -> None:
    """ReferenceId is the caller's own text, taken exactly: letter case, blanks, leading zeros and signs count."""
    for text, project_id in _make_referenced(minicrm).items():
        response = minicrm.get(f"{ROOT}/Project", ReferenceId=text)
        expect_equal(
            str(read_object(response).get("Id")), project_id, f"the project with ReferenceId {text!r}", response
        )


@rule("minicrm.reference-id.detail", source=_REFERENCE, writes=True)
def check_reference_detail(minicrm: MinicrmAccount) -> None:
    """A search by ReferenceId answers the project's detail, as a search by its Id does: no Count, no Results."""
    text = f"{minicrm.sandbox.prefix}detail"
    project_id = minicrm.make_project(ReferenceId=text)
    response = minicrm.get(f"{ROOT}/Project", ReferenceId=text)
    expect_equal(read_object(response), minicrm.fetch("Project", project_id), "the answer", response)


@rule("minicrm.reference-id.unknown", source="Error handling")
def check_reference_unknown(minicrm: MinicrmAccount) -> None:
    """A ReferenceId that no project has is not found: status 404."""
    for text in ("nobody-has-this-reference-4711", "%", "*"):
        response = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": text})
        expect(response.status == 404, f"status 404 for ReferenceId={text}", response.describe(), response)


@rule("minicrm.reference-id.changed", source=_REFERENCE, writes=True)
def check_reference_changed(minicrm: MinicrmAccount) -> None:
    """A ReferenceId may be changed: the project is then found by the new one and not by the old."""
    old, new = f"{minicrm.sandbox.prefix}old-reference", f"{minicrm.sandbox.prefix}new-reference"
    project_id = minicrm.make_project(ReferenceId=old)
    minicrm.save(f"Project/{project_id}", {"ReferenceId": new})
    found = read_object(minicrm.get(f"{ROOT}/Project", ReferenceId=new))
    expect_equal(str(found.get("Id")), project_id, f"the project with ReferenceId {new!r}")
    response = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": old})
    expect(response.status == 404, f"status 404 for ReferenceId={old!r}", response.describe(), response)


@rule("minicrm.reference-id.near-misses", source=_REFERENCE, provenance="assumed", writes=True)
def check_reference_near_misses(minicrm: MinicrmAccount) -> None:
    """What is only like a ReferenceId finds nothing: another case, a part of it, blanks around it."""
    text = f"{minicrm.sandbox.prefix}Near-Miss"
    minicrm.make_project(ReferenceId=text)
    for other in (text.lower(), text.upper(), text[:-1], f"{text} ", f" {text}", f"{text[:-2]}%", f"{text}0"):
        response = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": other})
        expect(response.status == 404, f"status 404 for ReferenceId={other!r}", response.describe(), response)


@rule("minicrm.field-search.int", source=_BY_FIELD, provenance="observed", writes=True)
def check_int_search(minicrm: MinicrmAccount) -> None:
    """A field of whole numbers finds that number: 9 is not 90, 90 is not 9 (grade B)."""
    field = minicrm.find_custom_field("Int")
    made = {number: minicrm.make_project(**{field: number}) for number in (4711009, 471100, -4711009)}
    for number, project_id in made.items():
        found = minicrm.search_all("Project", **{field: str(number)})
        expect_same_ids(list(found), [project_id], f"the projects whose {field} is {number}")


@rule("minicrm.field-search.text", source=_BY_FIELD, provenance="observed", writes=True)
def check_text_search(minicrm: MinicrmAccount) -> None:
    """A text field finds that text, whatever its signs mean elsewhere (grade B)."""
    field = minicrm.find_custom_field("Text")
    stem = minicrm.sandbox.prefix
    made = {text: minicrm.make_project(**{field: text}) for text in (f"{stem}a+b %25 & c=d", f"{stem}ő 🎉", f"{stem}%")}
    for text, project_id in made.items():
        found = minicrm.search_all("Project", **{field: text})
        expect_same_ids(list(found), [project_id], f"the projects whose {field} is {text!r}")


@rule("minicrm.field-search.choice", source=_BY_FIELD, provenance="observed", writes=True)
def check_choice_search(minicrm: MinicrmAccount) -> None:
    """A choice is searched by its id or by its text (grade B)."""
    field, choices = minicrm.find_choices()
    made = {choice: minicrm.make_project(**{field: int(choice)}) for choice in list(choices)[:2]}
    for choice, project_id in made.items():
        by_id, by_text = (set(minicrm.search_all("Project", **{field: each})) for each in (choice, choices[choice]))
        expect(project_id in by_id, f"project {project_id} for {field}={choice}", sorted(by_id)[:8])
        expect_same_ids(by_text, by_id, f"the projects for {field}={choices[choice]}")
        others = set(made.values()) - {project_id}
        expect(not by_id & others, f"no project with another {field}", sorted(by_id & others))
