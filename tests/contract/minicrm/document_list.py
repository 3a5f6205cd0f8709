"""Lists of invoices, orders and offers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.documents import (
    GROUPS,
    KINDS,
    fetch,
    list_all,
    list_kinds,
    list_page,
    need,
    read_number,
)
from tests.contract.harness.accounts.minicrm_account import PAGE_SIZE, ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids, expect_status
from tests.contract.harness.rules import CLIENTS, MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_KEYS = ("Id", "ProjectId", "StornedId", "Number", "Type", "Issued", "Performance", "Prompt", "Paid", "CurrencyCode",
         "AmountNet", "AmountVat", "Amount", "Status", "StatusGroup", "DocumentUrl")  # fmt: skip
_DATES = ("Issued", "Performance", "Prompt", "Paid")
_SUMS = ("AmountNet", "AmountVat", "Amount")
_TYPES = {"Invoice": ("Invoice", "Proforma"), "Order": ("Order",), "Offer": ("Offer",)}
_LONG_AGO, _FAR_AHEAD = "1990-01-01 00:00", "2199-01-01 00:00"
_rule = partial(rule, source="Invoice, Order, Offer / List", document=MANUAL, provenance="observed")


@_rule("minicrm.document-list.shape")
def check_shape(minicrm: MinicrmAccount) -> None:
    """A list answers Count, a number, and an object of rows by ids (grades A, B, C)."""
    for kind in list_kinds(minicrm):
        response = minicrm.get_further(f"/Api/{kind}/List")
        found = read_object(response)
        expect(type(found["Count"]) is int, "Count to be a number", repr(found["Count"]), response)
        results: Any = found["Results"]
        expect(isinstance(results, dict), "Results to be an object", response.describe(), response)
        for key in cast("dict[str, Row]", results):
            expect(key.isdigit(), "ids as keys", repr(key), response)


@_rule("minicrm.document-list.row")
def check_row(minicrm: MinicrmAccount) -> None:
    """A row has sixteen keys, and every value is text: ids, amounts and flags (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row_id, row in rows.items():
            missing = [name for name in _KEYS if name not in row]
            expect(not missing, f"the keys {', '.join(_KEYS)}", f"{kind} {row_id} without {', '.join(missing)}")
            others = {name: value for name, value in row.items() if not isinstance(value, str)}
            expect(not others, f"text alone in {kind} {row_id}", others)


@_rule("minicrm.document-list.amounts")
def check_amounts(minicrm: MinicrmAccount) -> None:
    """Amounts of a row have a point and four decimals, and net and VAT make up the whole (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row_id, row in rows.items():
            for name in _SUMS:
                is_so = re.fullmatch(r"-?[0-9]+\.[0-9]{4}", row[name]) is not None
                expect(is_so, f"four decimals in {name} of {kind} {row_id}", row[name])
            net, vat, whole = (read_number(row[name]) for name in _SUMS)
            expect_equal(net + vat, whole, f"AmountNet and AmountVat of {kind} {row_id} together")


@_rule("minicrm.document-list.dates")
def check_dates(minicrm: MinicrmAccount) -> None:
    """Dates of a row are YYYY-MM-DD; what is not paid has an empty Paid (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row_id, row in rows.items():
            for name in _DATES:
                is_so = re.fullmatch(r"([1-9][0-9]{3}-[0-9]{2}-[0-9]{2})?", row[name]) is not None
                expect(is_so, f"a day or nothing in {name} of {kind} {row_id}", repr(row[name]))


@_rule("minicrm.document-list.type")
def check_type(minicrm: MinicrmAccount) -> None:
    """Each list has documents of its own kind: that of invoices the Types Invoice and Proforma (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        types = {row["Type"] for row in rows.values() if not row["StornedId"]}
        expect(types <= set(_TYPES[kind]), f"the Types {', '.join(_TYPES[kind])}", sorted(types))


@_rule("minicrm.document-list.kinds-apart")
def check_kinds_apart(minicrm: MinicrmAccount) -> None:
    """No document is in two lists, and each has a card of its own (grade B)."""
    kinds = list_kinds(minicrm)
    ids = [row_id for rows in kinds.values() for row_id in rows]
    cards = [row["ProjectId"] for rows in kinds.values() for row in rows.values() if row["ProjectId"]]
    expect_same_ids(ids, set(ids), "the documents of all lists")
    expect_same_ids(cards, set(cards), "the cards of all documents")


@_rule("minicrm.document-list.status")
def check_status(minicrm: MinicrmAccount) -> None:
    """Status and StatusGroup are those of the document's card, the status as a label (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row in [row for row in rows.values() if row["ProjectId"]][:4]:
            card = minicrm.fetch("Project", row["ProjectId"])
            expect_equal(row["Status"], card["StatusId"], f"Status of {kind} {row['Id']} and of its card")
            expect(row["StatusGroup"] in GROUPS, f"a StatusGroup of {', '.join(GROUPS)}", row["StatusGroup"])


@_rule("minicrm.document-list.status-group")
def check_status_group(minicrm: MinicrmAccount) -> None:
    """StatusGroup finds exactly the documents whose card is in that group (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for group in GROUPS:
            wanted = [row_id for row_id, row in rows.items() if row["StatusGroup"] == group]
            found = list_all(minicrm, kind, StatusGroup=group)
            expect_same_ids(list(found), wanted, f"the documents of {kind} for StatusGroup={group}")


@_rule("minicrm.document-list.unknown-group", provenance="assumed")
def check_unknown_group(minicrm: MinicrmAccount) -> None:
    """StatusGroup is Lead, Open, Success or Failed: another one is refused with 400."""
    for kind in KINDS:
        list_page(minicrm, kind)
        for group in ("Draft", "InProgress", "open"):
            expect_status(minicrm.send("GET", f"/Api/{kind}/List", {"StatusGroup": group}), 400)


@_rule("minicrm.document-list.empty")
def check_empty(minicrm: MinicrmAccount) -> None:
    """A list without documents is {"Count":0,"Results":[]} (grade A)."""
    for kind in KINDS:
        response = minicrm.get_further(f"/Api/{kind}/List", UpdatedSince=_FAR_AHEAD)
        expect_equal(read_object(response), {"Count": 0, "Results": []}, "the answer", response)


@_rule("minicrm.document-list.updated-since")
def check_updated_since(minicrm: MinicrmAccount) -> None:
    """UpdatedSince cuts the list, in which the newest change comes first: what comes is its beginning (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        ids = list(rows)
        since_ever = list_all(minicrm, kind, UpdatedSince=_LONG_AGO)
        expect_equal(list(since_ever), ids, f"the documents of {kind} since {_LONG_AGO}")
        expect_equal(list_page(minicrm, kind, UpdatedSince=_FAR_AHEAD).count, 0, f"Count of {kind} since {_FAR_AHEAD}")
        days = sorted({row[name] for row in rows.values() for name in ("Issued", "Performance") if row[name]})
        sizes: list[int] = []
        for day in [days[len(days) * part // 7] for part in range(7)] if days else []:
            for hour in ("00", "12"):
                found = list(list_all(minicrm, kind, UpdatedSince=f"{day} {hour}:00"))
                expect_equal(found, ids[: len(found)], f"the documents of {kind} since {day} {hour}:00")
                sizes.append(len(found))
        expect_equal(sizes, sorted(sizes, reverse=True), f"the numbers of documents of {kind} since later and later")


@_rule("minicrm.document-list.since-is-exact")
def check_since_is_exact(minicrm: MinicrmAccount) -> None:
    """UpdatedSince finds what was changed since that minute, by the document's change, not its card's (grade B)."""
    minicrm.need_home("when a document was changed is known of the suite's own")
    from tests.contract.harness.accounts.home_seed import build_home_seed

    documents: list[Row] = build_home_seed()["minicrm"]["documents"]
    for kind in KINDS:
        changed = {str(row["Id"]): row["UpdatedAt"] for row in documents if row["Type"] in _TYPES[kind]}
        for since in sorted(set(changed.values()))[:: max(len(changed) // 5, 1)]:
            wanted = [row_id for row_id, moment in changed.items() if moment >= since]
            found = list_all(minicrm, kind, UpdatedSince=since[:16])
            expect_same_ids(list(found), wanted, f"the documents of {kind} since {since[:16]}")


@_rule("minicrm.document-list.seconds", document=CLIENTS)
def check_seconds(minicrm: MinicrmAccount) -> None:
    """UpdatedSince may have seconds (grade C)."""
    for kind, rows in list_kinds(minicrm).items():
        found = list_all(minicrm, kind, UpdatedSince=f"{_LONG_AGO}:00")
        expect_equal(list(found), list(rows), f"the documents of {kind}")


@_rule("minicrm.document-list.newest-first")
def check_newest_first(minicrm: MinicrmAccount) -> None:
    """The newest change comes first, whatever the ids (grade B)."""
    minicrm.need_home("when a document was changed is known of the suite's own")
    from tests.contract.harness.accounts.home_seed import build_home_seed

    documents: list[Row] = build_home_seed()["minicrm"]["documents"]
    moments = {str(row["Id"]): row["UpdatedAt"] for row in documents}
    for kind, rows in list_kinds(minicrm).items():
        told = [moments[row_id] for row_id in rows]
        expect_equal(told, sorted(told, reverse=True), f"the moments of the documents of {kind} in their order")


@_rule("minicrm.document-list.together")
def check_together(minicrm: MinicrmAccount) -> None:
    """StatusGroup and UpdatedSince hold together (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        days = sorted({row["Issued"] or row["Performance"] for row in rows.values()})
        since = f"{days[len(days) // 2]} 00:00" if days[0] else _LONG_AGO
        for moment in (_LONG_AGO, since, "2020-06-02 12:00"):
            later = list_all(minicrm, kind, UpdatedSince=moment)
            wanted = [row_id for row_id, row in later.items() if row["StatusGroup"] == "Open"]
            found = list_all(minicrm, kind, UpdatedSince=moment, StatusGroup="Open")
            expect_same_ids(list(found), wanted, f"the open documents of {kind} since {moment}")


@_rule("minicrm.document-list.pages")
def check_pages(minicrm: MinicrmAccount) -> None:
    """A page has 100 documents; Page counts from 0, and the second has those that the first has not (grade B)."""
    for kind in KINDS:
        first = list_page(minicrm, kind)
        if first.count <= PAGE_SIZE:
            continue
        expect_equal(len(first.rows), PAGE_SIZE, f"the number of documents of {kind} on the first page")
        expect_equal(list_page(minicrm, kind, Page="0").ids, first.ids, "the documents on Page=0")
        second = list_page(minicrm, kind, Page="1")
        both = sorted(set(first.rows) & set(second.rows))
        expect(not both, "no document of Page=0 on Page=1", both[:8])
        expect_equal(len(second.rows), min(first.count - PAGE_SIZE, PAGE_SIZE), "the number of documents on Page=1")
        return
    raise NotTestedError("no list has over a hundred documents")


@_rule("minicrm.document-list.count")
def check_count(minicrm: MinicrmAccount) -> None:
    """Count is the number of all documents that are found, the same on every page (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for page in range(-(-len(rows) // PAGE_SIZE)):
            expect_equal(list_page(minicrm, kind, Page=str(page)).count, len(rows), f"Count of {kind} on Page={page}")


@_rule("minicrm.document-list.beyond-the-end", provenance="assumed")
def check_beyond_the_end(minicrm: MinicrmAccount) -> None:
    """A page beyond the last has no documents, and the same Count."""
    for kind, rows in list_kinds(minicrm).items():
        found = list_page(minicrm, kind, Page="1000")
        expect_equal(found.ids, list[str](), f"the documents of {kind} on Page=1000")
        expect_equal(found.count, len(rows), f"Count of {kind} on Page=1000")


@_rule("minicrm.document-list.idle-parameters", provenance="assumed")
def check_idle_parameters(minicrm: MinicrmAccount) -> None:
    """What a list does not know, such as ProjectId and ContactId, is not looked at."""
    for kind, rows in list_kinds(minicrm).items():
        found = list_page(minicrm, kind, ProjectId="1", ContactId="1")
        expect_equal(found.ids, list(rows)[:PAGE_SIZE], f"the documents of {kind}")


@_rule("minicrm.document-list.cancelled", provenance="assumed")
def check_cancelled(minicrm: MinicrmAccount) -> None:
    """StornedId names another invoice, whose card is cancelled as well."""
    rows = need(minicrm, "Invoice")
    named = [row for row in rows.values() if row["StornedId"]]
    if not named:
        raise NotTestedError("no invoice was cancelled")
    for row in named:
        expect(row["StornedId"] in rows and row["StornedId"] != row["Id"], "another invoice", row["StornedId"])
        for one in (row, rows[row["StornedId"]]):
            expect_equal(one["StatusGroup"], "Failed", f"StatusGroup of invoice {one['Id']}")


@_rule("minicrm.document-list.own-ids")
def check_own_ids(minicrm: MinicrmAccount) -> None:
    """The Id of a row is the document's, under which its detail is, and ProjectId that of its card in R3 (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row_id, row in list(rows.items())[:3]:
            expect_equal(fetch(minicrm, kind, row_id)["Id"], row_id, "Id of the detail")
            if row["ProjectId"]:
                expect_status(minicrm.send("GET", f"{ROOT}/Project/{row['ProjectId']}"), 200)


@_rule("minicrm.document-list.login")
def check_login(minicrm: MinicrmAccount) -> None:
    """Without a login, or with a wrong one, there is no list and no document (grade B)."""
    for path in ("Invoice/List", "Order/List", "Offer/List", "Invoice/95"):
        for login in ("none", "wrong"):
            response = minicrm.send("GET", f"/Api/{path}", login=login)
            expect(response.status in {401, 404}, "status 401 or 404", response.describe(), response)
