"""UpdatedSince: on projects whose moments the suite has seeded, or else those whose detail prints `UpdatedAt`."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.contract.harness.accounts.minicrm_account import MOST_PAGES, PAGE_SIZE, ROOT, expect_nothing, read_found
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SECTION = "Searching / Project search (field-based)"
_FORM = "%Y-%m-%d %H:%M:%S"
_SEEDED = {
    "1": "2013-03-01 11:59:59",
    "2": "2013-03-01 12:00:00",
    "3": "2013-03-01 12:00:01",
    "4": "2013-03-01 13:00:00",
    "5": "2013-02-28 23:59:59",
    "6": "2013-03-02 00:00:00",
    "7": "2013-07-01 12:00:00",
}

Moments = dict[str, str]
"""When projects were changed, by their ids."""


def _put_moments(minicrm: MinicrmAccount) -> Moments:
    """Seed one project for each of the moments.

    Raises:
        NotTestedError: The target takes no seed.
    """
    if minicrm.home is None:
        raise NotTestedError("the target takes no seed, and a project of this run is not yet a second old")
    projects: list[dict[str, Any]] = [
        {"Id": int(one), "CategoryId": 3, "ContactId": 1, "StatusId": 2500, "Name": f"At {one}", "UpdatedAt": moment}
        for one, moment in _SEEDED.items()
    ]
    statuses = {"2500": {"label": "In progress", "group": "Open"}}
    seed = {"modules": {"3": {"name": "Sales", "statuses": statuses}}, "projects": projects,
            "contacts": [{"Id": 1, "Type": "Person", "LastName": "Doe"}]}  # fmt: skip
    minicrm.home.put_seed({"minicrm": seed})
    return _SEEDED


def _find_moments(minicrm: MinicrmAccount) -> Moments:
    """Return when some projects were changed, at three moments at least.

    Raises:
        NotTestedError: The target takes no seed, and its details do not tell.
    """
    if minicrm.home is not None:
        return _put_moments(minicrm)
    ids = list(minicrm.need_projects(3))
    told = {one: str(minicrm.fetch("Project", one).get("UpdatedAt") or "") for one in {*ids[:4], *ids[-4:]}}
    moments = {one: moment for one, moment in told.items() if _is_moment(moment)}
    if len(set(moments.values())) < 3:
        raise NotTestedError("the target takes no seed, and the details of projects tell no three moments of a change")
    return moments


def _is_moment(text: str) -> bool:
    try:
        return datetime.strptime(text, _FORM).strftime(_FORM) == text  # noqa: DTZ007 - the account's own time
    except ValueError:
        return False


def _shift(moment: str, seconds: int) -> str:
    return (datetime.strptime(moment, _FORM) + timedelta(seconds=seconds)).strftime(_FORM)  # noqa: DTZ007 - as above


def _list_between(moments: Moments) -> list[str]:
    """Return moments at which none of the projects was changed, a second or so beside those at which one was."""
    inner = sorted(set(moments.values()))[1:-1][-3:]
    beside = [_shift(moment, seconds) for moment in inner for seconds in (-1, 1, 20)]
    return [moment for moment in beside if moment not in moments.values()]


def _expect_since(minicrm: MinicrmAccount, moments: Moments, raw: str, since: str) -> None:
    """Demand that `raw`, as the query has it, finds of the known projects those changed since a moment."""
    found: list[str] = []
    for page in count():
        hits = read_found(minicrm.send("GET", f"{ROOT}/Project", raw_query=f"UpdatedSince={raw}&Page={page}"))
        found += [one for one in hits.ids if one in moments]
        if len(hits.ids) < PAGE_SIZE:
            break
        if page == MOST_PAGES:
            raise NotTestedError(f"there are more than {MOST_PAGES * PAGE_SIZE} hits")
    wanted = [one for one, moment in moments.items() if moment >= since]
    expect_same_ids(found, wanted, f"of {len(moments)} projects those changed since {since}")


@rule("minicrm.updated-since.exact", source=_SECTION, provenance="assumed")
def check_exact(minicrm: MinicrmAccount) -> None:
    """UpdatedSince finds what was changed after the moment, exact to the second and in the account's time."""
    moments = _find_moments(minicrm)
    for since in _list_between(moments):
        _expect_since(minicrm, moments, quote(since), since)


@rule("minicrm.updated-since.inclusive", source=_SECTION, provenance="assumed")
def check_inclusive(minicrm: MinicrmAccount) -> None:
    """What was changed at the very moment of UpdatedSince is found too."""
    moments = _find_moments(minicrm)
    for since in sorted(set(moments.values()))[-3:]:
        _expect_since(minicrm, moments, quote(since), since)


@rule("minicrm.updated-since.plus-is-space", source=_SECTION)
def check_plus(minicrm: MinicrmAccount) -> None:
    """UpdatedSince=2013-03-01+12:00:00, as printed: the plus is a space, decoded once."""
    moments = _find_moments(minicrm)
    since = _list_between(moments)[-1]
    for raw in (since.replace(" ", "+"), since.replace(" ", "%20"), quote(since)):
        _expect_since(minicrm, moments, raw, since)


@rule("minicrm.updated-since.date", source=_SECTION, provenance="observed")
def check_date(minicrm: MinicrmAccount) -> None:
    """UpdatedSince takes a date alone, which is its first second (grade B)."""
    moments = _find_moments(minicrm)
    for date in sorted({moment[:10] for moment in moments.values()})[-3:]:
        _expect_since(minicrm, moments, date, f"{date} 00:00:00")


@rule("minicrm.updated-since.with-field", source=_SECTION)
def check_with_field(minicrm: MinicrmAccount) -> None:
    """UpdatedSince and StatusId must both hold, as in the document's example."""
    status = next(str(row["StatusId"]) for row in minicrm.list_projects().values())
    of_status = set(minicrm.search_all("Project", StatusId=status))
    for since in ("1990-01-01 00:00:00", "2020-04-03 12:00:00"):
        both = set(minicrm.search_all("Project", StatusId=status, UpdatedSince=since))
        alone = set(minicrm.search_all("Project", UpdatedSince=since))
        expect_same_ids(both, of_status & alone, f"the projects of status {status} changed since {since}")


@rule("minicrm.updated-since.narrows", source=_SECTION)
def check_narrows(minicrm: MinicrmAccount) -> None:
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


@rule("minicrm.updated-since.after-a-write", source=_SECTION, writes=True)
def check_after_write(minicrm: MinicrmAccount) -> None:
    """A project that was changed is found since before the change: an update moves UpdatedSince."""
    _put_moments(minicrm)
    minicrm.save("Project/5", {"Name": "changed"})
    found = minicrm.search("Project", UpdatedSince="2014-01-01 00:00:00")
    expect_same_ids(found.ids, ["5"], "the projects changed since 2014", found.response)


@rule("minicrm.updated-since.only-after-a-write", source=_SECTION, writes=True)
def check_only_after_write(minicrm: MinicrmAccount) -> None:
    """What was only read was not updated, nor was what an update was refused for."""
    moments = _put_moments(minicrm)
    for project_id in moments:
        minicrm.fetch("Project", project_id)
        minicrm.get(f"{ROOT}/ToDoList/{project_id}", Status="All")
    refused = minicrm.put("Project/5", {"Name": "changed", "NoSuchFieldHere": 1})
    expect_equal(refused.status, 400, "the status of the refused update", refused)
    expect_nothing(minicrm.search("Project", UpdatedSince="2014-01-01 00:00:00"), "projects changed since 2014")


@rule("minicrm.updated-since.no-date", source="Error handling")
def check_no_date(minicrm: MinicrmAccount) -> None:
    """An UpdatedSince that is no date is illegal: the request is refused with 400."""
    for since in ("yesterday", "2013-13-01", "2013-02-30 12:00:00", "2013-03-01 25:00:00", ""):
        response = minicrm.send("GET", f"{ROOT}/Project", {"UpdatedSince": since})
        expect(response.status == 400, f"status 400 for UpdatedSince={since}", response.describe(), response)
