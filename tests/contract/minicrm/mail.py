"""EmailList: the mails of a card."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, expect_nothing, read_found, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids, expect_status
from tests.contract.harness.rules import CLIENTS, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import Found, MinicrmAccount, Row

_KEYS = ("Id", "TemplateId", "From", "To", "Subject", "Body", "Status", "CreatedAt", "OpenedAt", "ClickedAt",
         "UnsubscribedDate")  # fmt: skip
_rule = partial(rule, source="EmailList", document=CLIENTS, provenance="observed")


def _list(minicrm: MinicrmAccount, project_id: str, **query: str) -> Found:
    return read_found(minicrm.get_further(f"{ROOT}/EmailList/{project_id}", **query))


def _find(minicrm: MinicrmAccount, least: int = 1) -> tuple[str, Found]:
    """Return a card that has some mails, and these.

    Raises:
        NotTestedError: None of the first cards has so many.
    """
    for project_id in list(minicrm.list_projects())[:15]:
        found = _list(minicrm, project_id)
        if len(found.rows) >= least:
            return project_id, found
    raise NotTestedError(f"none of the first cards has {least} mails")


@_rule("minicrm.email-list.shape")
def check_shape(minicrm: MinicrmAccount) -> None:
    """EmailList answers Count and an object of mails by their ids, each with the eleven keys (grade C)."""
    project_id, _ = _find(minicrm)
    response = minicrm.get_further(f"{ROOT}/EmailList/{project_id}")
    found = read_object(response)
    results = found["Results"]
    expect(isinstance(results, dict), "Results to be an object", response.describe(), response)
    expect_equal(int(str(found["Count"])), len(results), "Count", response)
    for key, row in cast("dict[str, Row]", results).items():
        expect_equal(sorted(set(_KEYS) - set(row)), [], "the keys that are missing", response)
        expect_equal(str(row["Id"]), key, "Id of the mail under its key", response)


@_rule("minicrm.email-list.texts", provenance="assumed")
def check_texts(minicrm: MinicrmAccount) -> None:
    """Every value of a mail is text, its ids included; what is not there is an empty one."""
    _, found = _find(minicrm)
    for row in found.rows.values():
        for name in _KEYS:
            expect(isinstance(row[name], str), f"{name} to be text", repr(row[name]), found.response)


@_rule("minicrm.email-list.own-mails")
def check_own_mails(minicrm: MinicrmAccount) -> None:
    """The list has the mails of its card: none is in the list of another (grade C)."""
    first, found = _find(minicrm)
    for other in [one for one in minicrm.list_projects() if one != first][:4]:
        both = sorted(set(found.ids) & set(_list(minicrm, other).ids))
        expect(not both, f"no mail of card {first} in the list of card {other}", both)


@_rule("minicrm.email-list.empty", provenance="assumed")
def check_empty(minicrm: MinicrmAccount) -> None:
    """A card without mails has a Count of 0 and no Results."""
    for project_id in list(minicrm.list_projects())[:15]:
        found = _list(minicrm, project_id)
        if not found.rows:
            expect_nothing(found, f"the mails of card {project_id}")
            return
    raise NotTestedError("each of the first cards has mails")


@_rule("minicrm.email-list.since", provenance="assumed")
def check_since(minicrm: MinicrmAccount) -> None:
    """CreatedAt lists the mails of that day and of all later ones."""
    project_id, found = _find(minicrm, 2)
    days = sorted({row["CreatedAt"][:10] for row in found.rows.values()})
    if len(days) < 2:
        raise NotTestedError("all mails of the card are of one day")
    for day in days:
        wanted = [row_id for row_id, row in found.rows.items() if row["CreatedAt"] >= day]
        expect_same_ids(_list(minicrm, project_id, CreatedAt=day).ids, wanted, f"the mails for CreatedAt={day}")


@_rule("minicrm.email-list.body")
def check_body(minicrm: MinicrmAccount) -> None:
    """The list has each mail's Body whole, HTML as HTML (grade C)."""
    minicrm.need_home("what a mail says is known of the suite's own")
    from tests.contract.harness.accounts.home_seed import build_home_seed

    mails: list[Row] = build_home_seed()["minicrm"]["emails"]
    for sent in mails:
        row = _list(minicrm, str(sent["ProjectId"])).rows[str(sent["Id"])]
        wanted = {name: sent[name] for name in ("From", "To", "Subject", "Body", "Status", "CreatedAt")}
        expect_equal({name: row[name] for name in wanted}, wanted, f"mail {sent['Id']}")


@_rule("minicrm.email-list.unknown-id", provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """The mails of a card that does not exist are not found: status 404."""
    expect_status(minicrm.send("GET", f"{ROOT}/EmailList/999999989"), 404)
