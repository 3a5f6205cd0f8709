"""Count and Page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import PAGE_SIZE, ROOT, read_found
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SECTION = "Searching"


def _criterion(minicrm: MinicrmAccount) -> dict[str, str]:
    """Return a criterion that finds all projects of the main module."""
    return {"CategoryId": minicrm.main_module}


@rule("minicrm.paging.page-size", source=_SECTION)
def check_page_size(minicrm: MinicrmAccount) -> None:
    """One page contains 100 results."""
    minicrm.need_projects(PAGE_SIZE + 1)
    found = minicrm.search("Project", **_criterion(minicrm))
    expect_equal(len(found.rows), PAGE_SIZE, "the number of hits on the first page")


@rule("minicrm.paging.starts-at-0", source=_SECTION)
def check_starts_at_0(minicrm: MinicrmAccount) -> None:
    """Paging starts at 0: Page=0 is what comes without Page."""
    minicrm.need_projects(1)
    plain = minicrm.search("Project", **_criterion(minicrm))
    expect_equal(minicrm.search("Project", **_criterion(minicrm), Page="0").ids, plain.ids, "the ids on Page=0")


@rule("minicrm.paging.second-page", source=_SECTION)
def check_second_page(minicrm: MinicrmAccount) -> None:
    """Page=1 is the second page: it has the hits that the first has not."""
    size = len(minicrm.need_projects(PAGE_SIZE + 1))
    first = minicrm.search("Project", **_criterion(minicrm))
    second = minicrm.search("Project", **_criterion(minicrm), Page="1")
    both = sorted(set(first.rows) & set(second.rows))
    expect(not both, "no hit of Page=0 on Page=1", f"{len(both)} of them: {both[:8]}")
    expect_equal(len(second.rows), min(size - PAGE_SIZE, PAGE_SIZE), "the number of hits on Page=1")


@rule("minicrm.paging.partition", source=_SECTION)
def check_partition(minicrm: MinicrmAccount) -> None:
    """All pages together are as many different hits as Count tells."""
    minicrm.need_projects(1)
    for entity, criterion in (("Project", _criterion(minicrm)), ("Contact", {"Type": "Person"})):
        count = minicrm.search(entity, **criterion).count
        ids: list[str] = []
        for page in range(-(-count // PAGE_SIZE) + 1):
            ids += minicrm.search(entity, **criterion, Page=str(page)).ids
        expect_same_ids(ids, set(ids), f"the {entity} hits on all pages")
        expect_equal(len(ids), count, f"the number of {entity} hits on all pages")


@rule("minicrm.paging.count-on-every-page", source=_SECTION)
def check_count_on_every_page(minicrm: MinicrmAccount) -> None:
    """Count is the number of search results, the same on every page, and not that of the page."""
    size = len(minicrm.need_projects(PAGE_SIZE + 1))
    for page in range(-(-size // PAGE_SIZE)):
        found = minicrm.search("Project", **_criterion(minicrm), Page=str(page))
        expect_equal(found.count, size, f"Count on Page={page}")


@rule("minicrm.paging.beyond-the-end", source=_SECTION, provenance="assumed")
def check_beyond_the_end(minicrm: MinicrmAccount) -> None:
    """A page beyond the last has no hits, and the same Count."""
    size = len(minicrm.need_projects(1))
    for page in (-(-size // PAGE_SIZE), 1000, 10**9):
        found = minicrm.search("Project", **_criterion(minicrm), Page=str(page))
        expect_equal(found.ids, [], f"the hits on Page={page}")
        expect_equal(found.count, size, f"Count on Page={page}")


@rule("minicrm.paging.ascending-ids", source=_SECTION, provenance="observed")
def check_ascending_ids(minicrm: MinicrmAccount) -> None:
    """Ids ascend as numbers, over all pages (grade C)."""
    minicrm.need_projects(2)
    ids = [int(one) for one in minicrm.search_all("Project", **_criterion(minicrm))]
    expect_equal(ids, sorted(ids), "the ids in the order of the answers")


@rule("minicrm.paging.repeatable", source=_SECTION)
def check_repeatable(minicrm: MinicrmAccount) -> None:
    """The same page, asked for again, is the same."""
    minicrm.need_projects(1)
    first = minicrm.search("Project", **_criterion(minicrm))
    again = minicrm.search("Project", **_criterion(minicrm))
    expect_equal((again.ids, again.rows), (first.ids, first.rows), "the second answer")


@rule("minicrm.paging.nonsense", source=_SECTION, provenance="assumed")
def check_nonsense(minicrm: MinicrmAccount) -> None:
    """A Page that is no number from 0 is refused with 400."""
    for page in ("-1", "abc", "1.5", ""):
        response = minicrm.send("GET", f"{ROOT}/Project", {**_criterion(minicrm), "Page": page})
        expect(response.status == 400, f"status 400 for Page={page}", response.describe(), response)


@rule("minicrm.paging.keeps-criteria", source=_SECTION)
def check_keeps_criteria(minicrm: MinicrmAccount) -> None:
    """The criteria hold on every page, not only on the first."""
    projects = minicrm.need_projects(PAGE_SIZE + 1)
    statuses = {str(row.get("StatusId")) for row in projects.values()}
    others = {row_id for row_id, row in projects.items() if str(row.get("StatusId")) == min(statuses)}
    if len(statuses) < 2:
        raise NotTestedError("all projects have one status")
    status = max(statuses, key=lambda one: sum(str(row.get("StatusId")) == one for row in projects.values()))
    if status == min(statuses):
        others = set(projects) - others
    for page in range(3):
        found = read_found(minicrm.get(f"{ROOT}/Project", StatusId=status, Page=str(page)))
        wrong = sorted(set(found.rows) & others)
        expect(not wrong, f"only projects of status {status} on Page={page}", wrong[:8])
