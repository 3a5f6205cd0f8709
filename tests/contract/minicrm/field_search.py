"""UpdatedSince, ReferenceId and fields of the account's own as search parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.contract.checks import expect, expect_equal, expect_same_ids
from tests.contract.minicrm_account import ROOT, expect_nothing, read_found, read_object
from tests.contract.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.minicrm_account import MinicrmAccount, expect_nothing

_SINCE = "Searching / Project search (field-based)"
_REFERENCE = "Project (GET)"
_MOMENTS = {
    1: "2013-03-01 11:59:59",
    2: "2013-03-01 12:00:00",
    3: "2013-03-01 12:00:01",
    4: "2013-03-01 13:00:00",
    5: "2013-02-28 23:59:59",
    6: "2013-03-02 00:00:00",
    7: "2013-07-01 12:00:00",
}


def _put_moments(minicrm: MinicrmAccount) -> None:
    """Seed one project for each of the moments.

    Raises:
        NotTestedError: The target takes no seed.
    """
    if minicrm.home is None:
        raise NotTestedError("the target takes no seed, so when its projects were changed is not known")
    projects: list[dict[str, Any]] = [
        {"Id": one, "CategoryId": 3, "ContactId": 1, "StatusId": 2500, "Name": f"At {one}", "UpdatedAt": moment}
        for one, moment in _MOMENTS.items()
    ]
    statuses = {"2500": {"label": "In progress", "group": "Open"}}
    seed = {"modules": {"3": {"name": "Sales", "statuses": statuses}}, "projects": projects,
            "contacts": [{"Id": 1, "Type": "Person", "LastName": "Doe"}]}  # fmt: skip
    minicrm.home.put_seed({"minicrm": seed})


def _expect_since(minicrm: MinicrmAccount, raw: str, since: str) -> None:
    found = read_found(minicrm.send("GET", f"{ROOT}/Project", raw_query=f"UpdatedSince={raw}"))
    wanted = [str(one) for one, moment in _MOMENTS.items() if moment >= since]
    expect_same_ids(found.ids, wanted, f"the projects changed since {since}", found.answer)


@rule("minicrm.updated-since.exact", source=_SINCE, writes=True)
def check_since_exact(minicrm: MinicrmAccount) -> None:
    """UpdatedSince finds what was changed after the moment, exact to the second and in the account's time."""
    _put_moments(minicrm)
    for since in ("2013-03-01 11:59:58", "2013-03-01 12:30:00", "2013-03-01 14:00:00", "2013-07-01 11:30:00"):
        _expect_since(minicrm, quote(since), since)


@rule("minicrm.updated-since.inclusive", source=_SINCE, provenance="assumed", writes=True)
def check_since_inclusive(minicrm: MinicrmAccount) -> None:
    """What was changed at the very moment of UpdatedSince is found too."""
    _put_moments(minicrm)
    for since in ("2013-03-01 12:00:00", "2013-03-01 13:00:00", "2013-07-01 12:00:00"):
        _expect_since(minicrm, quote(since), since)


@rule("minicrm.updated-since.plus-is-space", source=_SINCE, writes=True)
def check_since_plus(minicrm: MinicrmAccount) -> None:
    """UpdatedSince=2013-03-01+12:00:00, as printed: the plus is a space, decoded once."""
    _put_moments(minicrm)
    for raw in ("2013-03-01+12:30:00", "2013-03-01%2012:30:00", "2013-03-01%2012%3A30%3A00"):
        _expect_since(minicrm, raw, "2013-03-01 12:30:00")


@rule("minicrm.updated-since.date", source=_SINCE, provenance="observed", writes=True)
def check_since_date(minicrm: MinicrmAccount) -> None:
    """UpdatedSince takes a date alone, which is its first second (grade B)."""
    _put_moments(minicrm)
    for date in ("2013-03-01", "2013-03-02", "2013-02-28"):
        _expect_since(minicrm, date, f"{date} 00:00:00")


@rule("minicrm.updated-since.with-field", source=_SINCE)
def check_since_with_field(minicrm: MinicrmAccount) -> None:
    """UpdatedSince and StatusId must both hold, as in the document's example."""
    status = next(str(row["StatusId"]) for row in minicrm.list_projects().values())
    of_status = set(minicrm.search_all("Project", StatusId=status))
    for since in ("1990-01-01 00:00:00", "2020-04-03 12:00:00"):
        both = set(minicrm.search_all("Project", StatusId=status, UpdatedSince=since))
        alone = set(minicrm.search_all("Project", UpdatedSince=since))
        expect_same_ids(both, of_status & alone, f"the projects of status {status} changed since {since}")


@rule("minicrm.updated-since.narrows", source=_SINCE)
def check_since_narrows(minicrm: MinicrmAccount) -> None:
    """The later the moment, the fewer are found: none for the far future, all for the distant past."""
    everything = minicrm.list_projects()
    found = [
        set(minicrm.search_all("Project", UpdatedSince=since))
        for since in ("1990-01-01 00:00:00", "2020-04-03 12:00:00")
    ]
    expect(set(everything) <= found[0], "all projects since 1990", f"{len(set(everything) - found[0])} missing")
    expect(found[1] <= found[0], "no more projects since 2020 than since 1990", len(found[1] - found[0]))
    future = minicrm.search("Project", UpdatedSince="2999-01-01 00:00:00")
    expect_nothing(future, "Count and hits since 2999")


@rule("minicrm.updated-since.after-a-write", source=_SINCE, writes=True)
def check_since_after_write(minicrm: MinicrmAccount) -> None:
    """A project that was changed is found since before the change: an update moves UpdatedSince."""
    _put_moments(minicrm)
    minicrm.save("Project/5", {"Name": "changed"})
    found = minicrm.search("Project", UpdatedSince="2014-01-01 00:00:00")
    expect_same_ids(found.ids, ["5"], "the projects changed since 2014", found.answer)


@rule("minicrm.updated-since.no-date", source="Error handling")
def check_since_no_date(minicrm: MinicrmAccount) -> None:
    """An UpdatedSince that is no date is illegal: the request is refused with 400."""
    for since in ("yesterday", "2013-13-01", "2013-02-30 12:00:00", "2013-03-01 25:00:00", ""):
        answer = minicrm.send("GET", f"{ROOT}/Project", {"UpdatedSince": since})
        expect(answer.status == 400, f"status 400 for UpdatedSince={since}", answer.describe(), answer)


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
        answer = minicrm.get(f"{ROOT}/Project", ReferenceId=text)
        expect_equal(str(read_object(answer).get("Id")), project_id, f"the project with ReferenceId {text!r}", answer)


@rule("minicrm.reference-id.detail", source=_REFERENCE, writes=True)
def check_reference_detail(minicrm: MinicrmAccount) -> None:
    """A search by ReferenceId answers the project's detail, as a search by its Id does: no Count, no Results."""
    text = f"{minicrm.sandbox.prefix}detail"
    project_id = minicrm.make_project(ReferenceId=text)
    answer = minicrm.get(f"{ROOT}/Project", ReferenceId=text)
    expect_equal(read_object(answer), minicrm.fetch("Project", project_id), "the answer", answer)


@rule("minicrm.reference-id.unknown", source="Error handling")
def check_reference_unknown(minicrm: MinicrmAccount) -> None:
    """A ReferenceId that no project has is not found: status 404."""
    for text in ("nobody-has-this-reference-4711", "%", "*"):
        answer = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": text})
        expect(answer.status == 404, f"status 404 for ReferenceId={text}", answer.describe(), answer)


@rule("minicrm.reference-id.near-misses", source=_REFERENCE, writes=True)
def check_reference_near_misses(minicrm: MinicrmAccount) -> None:
    """What is only like a ReferenceId finds nothing: another case, a part of it, blanks around it."""
    text = f"{minicrm.sandbox.prefix}Near-Miss"
    minicrm.make_project(ReferenceId=text)
    for other in (text.lower(), text.upper(), text[:-1], f"{text} ", f" {text}", f"{text[:-2]}%", f"{text}0"):
        answer = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": other})
        expect(answer.status == 404, f"status 404 for ReferenceId={other!r}", answer.describe(), answer)


@rule("minicrm.field-search.int", source=_SINCE, provenance="observed", writes=True)
def check_int_search(minicrm: MinicrmAccount) -> None:
    """A field of whole numbers finds that number: 9 is not 90, 90 is not 9 (grade B)."""
    field = minicrm.find_custom_field("Int")
    made = {number: minicrm.make_project(**{field: number}) for number in (4711009, 471100, -4711009)}
    for number, project_id in made.items():
        found = minicrm.search_all("Project", **{field: str(number)})
        expect_same_ids(list(found), [project_id], f"the projects whose {field} is {number}")


@rule("minicrm.field-search.text", source=_SINCE, provenance="observed", writes=True)
def check_text_search(minicrm: MinicrmAccount) -> None:
    """A text field finds that text, whatever its signs mean elsewhere (grade B)."""
    field = minicrm.find_custom_field("Text")
    stem = minicrm.sandbox.prefix
    made = {text: minicrm.make_project(**{field: text}) for text in (f"{stem}a+b %25 & c=d", f"{stem}ő 🎉", f"{stem}%")}
    for text, project_id in made.items():
        found = minicrm.search_all("Project", **{field: text})
        expect_same_ids(list(found), [project_id], f"the projects whose {field} is {text!r}")


@rule("minicrm.field-search.choice", source=_SINCE, provenance="observed", writes=True)
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
