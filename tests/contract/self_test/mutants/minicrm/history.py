"""Mutants of MiniCRM: the histories of cards, and their mails."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_json,
    at,
    give,
    ignore,
    read_body,
    respond_to,
    when,
    with_json,
)
from tests.contract.self_test.mutants.minicrm.account import both, fetch, list_results
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_HISTORY = "GET ProjectHistory/{id}/?"
_MAILS = "GET EmailList/{id}"
_NOTHING: Row = {"Count": 0, "Results": []}


def _keyed(rows: list[Row]) -> object:
    return {str(row["Id"]): row for row in rows} or []


def _alter_rows(place: str, change: Callable[[list[Row]], list[Row]]) -> Fault:
    """Have other rows reach the caller; Count stays what it was."""
    return at(place, alter_json(lambda found: {**found, "Results": _keyed(change(list_results(found)))}))


def _alter_each(place: str, change: Callable[[Row], Row]) -> Fault:
    return _alter_rows(place, lambda rows: [change(row) for row in rows])


def _add_from(endpoint: str) -> Fault:
    """Have the rows of the first projects come with those of every other."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        if came.status != 200:
            return came
        found = json.loads(came.body)
        cards = list(fetch(ask, request, "Project", CategoryId="3")["Results"])[:4]
        lists = [fetch(ask, request, f"{endpoint}/{card}", **dict(request.query)) for card in cards]
        rows = [*list_results(found), *(row for each in lists if each for row in list_results(each))]
        keyed = {str(row["Id"]): row for row in rows}
        return with_json(came, {"Count": type(found["Count"])(len(keyed)), "Results": keyed})

    return at(f"GET {endpoint}/{{id}}", fault)


def _note_every_change() -> Fault:
    """Have a change of any field leave a row in the history."""
    changed: set[str] = set()

    def write(ask: Ask, request: HttpRequest) -> ApiResponse:
        if "StatusId" not in (read_body(request) or {"StatusId": 0}):
            changed.add(request.path.rpartition("/")[2])
        return ask(request)

    def read(ask: Ask, request: HttpRequest) -> ApiResponse:
        if request.path.rpartition("/")[2] not in changed:
            return ask(request)
        return _alter_rows(_HISTORY, lambda rows: [{**rows[0], "Id": "5"}, *rows])(ask, request)

    return both(at("PUT Project/{id}", write), at(_HISTORY, read))


def _list_one_day(ask: Ask, request: HttpRequest) -> ApiResponse:
    day = dict(request.query).get("CreatedAt", "")
    return _alter_rows(_MAILS, lambda rows: [row for row in rows if row["CreatedAt"].startswith(day)])(ask, request)


# fmt: off
MUTANTS = (
    mutant("history-oldest-first", "project-history.newest-first", "The oldest change of a status comes first.",
           _alter_rows(_HISTORY, lambda rows: rows[::-1])),
    mutant("history-by-id", "project-history.newest-first",
           "Changes of a status come by their ids, not by their moments.",
           _alter_rows(_HISTORY, lambda rows: sorted(rows, key=lambda row: -int(row["Id"])))),
    mutant("history-count-is-a-number", "project-history.shape", "Count of a history is a number.",
           at(_HISTORY, alter_json(lambda found: {**found, "Count": int(found["Count"])}))),
    mutant("history-in-a-list", "project-history.shape", "The Results of a history are a list.",
           at(_HISTORY, alter_json(lambda found: {**found, "Results": list_results(found)}))),
    mutant("history-ids-are-numbers", "project-history.shape", "The statuses of a history are numbers.",
           _alter_each(_HISTORY, lambda row: {**row, "Status_New_Id": int(row["Status_New_Id"])})),
    mutant("history-of-every-card", "project-history.own-card", "A history holds the changes of other cards as well.",
           _add_from("ProjectHistory")),
    mutant("history-begins-with-0", "project-history.first-row", "The first status of a card has an old one of 0.",
           _alter_each(_HISTORY, lambda row: {**row, "Status_Old_Id": row["Status_Old_Id"] or "0"})),
    mutant("history-lacks-its-beginning", "project-history.first-row", "The first status of a card is not listed.",
           _alter_rows(_HISTORY, lambda rows: [row for row in rows if row["Status_Old_Id"]])),
    mutant("history-swaps-old-and-new", "project-history.chain", "Old and new status of a change are exchanged.",
           _alter_each(_HISTORY, lambda row: {
               **row, "Status_Old_Id": row["Status_New_Id"], "Status_New_Id": row["Status_Old_Id"]})),
    mutant("history-names-ids", "project-history.labels", "The names of statuses are their ids.",
           _alter_each(_HISTORY, lambda row: {**row, "Status_New_Name": row["Status_New_Id"]})),
    mutant("history-knows-no-slash", "project-history.trailing-slash", "A history's path may not end in a slash.",
           when(lambda sent: "/ProjectHistory/" in sent.path and sent.path.endswith("/"),
                give(ApiResponse(404, b"ProjectHistory (GET): Not found!", "text/plain")))),
    mutant("history-forgets-the-api", "project-history.grows", "A change of status by the API is not in the history.",
           _alter_rows(_HISTORY, lambda rows: [row for row in rows if row["UserId"] != "0"])),
    mutant("history-blames-a-person", "project-history.grows",
           "A change of status by the API is that of the first user.",
           _alter_each(_HISTORY, lambda row: {**row, "UserId": "3200" if row["UserId"] == "0" else row["UserId"]})),
    mutant("history-of-every-change", "project-history.status-alone", "A change of any field is in the history.",
           _note_every_change()),
    mutant("history-of-the-trash", "project-history.trashed",
           "A card in the trash, or one that does not exist, has an empty history.",
           at(_HISTORY, respond_to(404, {"Count": "0", "Results": []}))),
    mutant("mails-in-a-list", "email-list.shape", "The Results of a list of mails are a list.",
           at(_MAILS, alter_json(lambda found: {**found, "Results": list_results(found)}))),
    mutant("mails-lack-their-bodies", "email-list.shape", "The list of mails has no Body.",
           _alter_each(_MAILS, lambda row: {name: value for name, value in row.items() if name != "Body"})),
    mutant("mails-of-every-card", "email-list.own-mails", "The list of a card's mails holds those of other cards.",
           _add_from("EmailList")),
    mutant("mail-ids-are-numbers", "email-list.texts", "The ids of mails are numbers.",
           _alter_each(_MAILS, lambda row: {**row, "Id": int(row["Id"])})),
    mutant("mails-hold-nulls", "email-list.texts", "What a mail does not have is null.",
           _alter_each(_MAILS, lambda row: {name: value or None for name, value in row.items()})),
    mutant("mails-as-plain-text", "email-list.body", "The Body of a mail has lost its HTML.",
           _alter_each(_MAILS, lambda row: {**row, "Body": re.sub(r"<[^>]*>", "", row["Body"])})),
    mutant("mails-of-one-day", "email-list.since", "CreatedAt lists the mails of that day alone.",
           at(_MAILS, _list_one_day)),
    mutant("mails-of-every-day", "email-list.since", "CreatedAt is ignored.", at(_MAILS, ignore("CreatedAt"))),
    mutant("mails-of-no-card", "email-list.unknown-id", "A card that does not exist has no mails.",
           at(_MAILS, respond_to(404, _NOTHING))),
)
# fmt: on
