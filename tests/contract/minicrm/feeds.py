"""What other programs feed in: calls, forms of web pages, files of shops; and the list that a hash opens."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.home_beyond import FILTER_TOKEN, FORM_TOKEN, VOIP_KEY
from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import CLIENTS, MANUAL, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.account import LoginName
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.responses import CrmResponse

_WHY = "what is fed in can not be taken back, and needs keys of its own"
_EMAIL = "signed-up@example.com"
_rule = partial(rule, document=MANUAL, provenance="observed", writes=True)
_feed_rule = partial(rule, source="SyncFeed / Upload", document=CLIENTS, provenance="observed", writes=True)


def _log(minicrm: MinicrmAccount, key: str = VOIP_KEY, **call: object) -> CrmResponse:
    minicrm.need_home(_WHY)
    entry = {"Number": "+36202345011", "Duration": 65, "CallType": 1, "Date": "2026-11-27 09:00:00", **call}
    return minicrm.send("POST", "/Api/CallLog", body={"ApiKey": key, "UserExtension": "12", "Data": [entry]})


def _sign_up(minicrm: MinicrmAccount, token: str = FORM_TOKEN, **fields: str) -> dict[str, Any]:
    minicrm.need_home(_WHY)
    pairs = {"FormHash": f"{minicrm.system_id}-{token}", "Contact[1][Email]": _EMAIL, **fields}
    parts = [
        f'--form\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs.items()
    ]
    body = "".join([*parts, "--form--\r\n"]).encode()
    media_type = "multipart/form-data; boundary=form"
    response = minicrm.send("POST", "/Api/Signup", raw_body=body, media_type=media_type, login="none")
    expect_status(response, 200)
    return read_object(response)


def _upload(minicrm: MinicrmAccount, text: str) -> CrmResponse:
    minicrm.need_home(_WHY)
    path = f"/Api/SyncFeed/{minicrm.system_id}/Upload"
    return minicrm.send("POST", path, raw_body=text.encode(), media_type="application/xml")


def _build_xml(outer_id: str, *elements: str) -> str:
    contact = f'<Contacts><Contact Id="{outer_id}-buyer"><LastName>Buyer</LastName></Contact></Contacts>'
    return f'<Projects><Project Id="{outer_id}">{"".join(elements)}{contact}</Project></Projects>'


def _fetch_fed(minicrm: MinicrmAccount, outer_id: str) -> dict[str, Any]:
    return read_object(minicrm.get(f"{ROOT}/Project", ReferenceId=outer_id))


@_rule("minicrm.call-log.counts", source="CallLog")
def check_counts(minicrm: MinicrmAccount) -> None:
    """A call log answers how many calls were skipped, processed and there before, as numbers (grade B)."""
    response = _log(minicrm, ReferenceId="call-1")
    expect_status(response, 200)
    expect_equal(read_object(response), {"Skipped": 0, "Processed": 1, "Exists": 0}, "the answer", response)


@_rule("minicrm.call-log.again", source="CallLog", provenance="assumed")
def check_again(minicrm: MinicrmAccount) -> None:
    """A call of a ReferenceId that is there exists, and one of an unknown number is skipped."""
    calls = (("ReferenceId", "call-1", "Processed"), ("ReferenceId", "call-1", "Exists"))
    for name, value, wanted in (*calls, ("Number", "+36999999999", "Skipped")):
        counts = read_object(_log(minicrm, VOIP_KEY, **{name: value}))
        told = [one for one, count in counts.items() if count]
        expect_equal(told, [wanted], f"what became of the call with {name} {value}")


@_rule("minicrm.call-log.key", source="CallLog")
def check_key(minicrm: MinicrmAccount) -> None:
    """The body needs the key of the telephone exchange: another one is refused (grade B)."""
    for key in ("another", "", f"{VOIP_KEY}x"):
        response = _log(minicrm, key)
        expect(400 <= response.status < 500, f"a refusal of the key {key!r}", response.describe(), response)


@_rule("minicrm.call-log.call", source="CallLog", provenance="assumed")
def check_call(minicrm: MinicrmAccount) -> None:
    """A CallType is 0, 1 or 2, a Duration a number, a Date a moment: else the call is refused with 400."""
    bad: tuple[dict[str, object], ...] = ({"CallType": 3}, {"Duration": "long"}, {"Date": "yesterday"})
    for call in bad:
        expect_status(_log(minicrm, VOIP_KEY, **call), 400)
    for kind in (0, 1, 2):
        expect_status(_log(minicrm, CallType=kind), 200)


@_rule("minicrm.signup.answer", source="Signup")
def check_signup(minicrm: MinicrmAccount) -> None:
    """A form makes a card and a contact, needs no login, and answers seven keys without an Error (grade B)."""
    fields = {"Contact[1][LastName]": "Tóth", "Project[1][Name]": "Roof", "ToDo[1][Comment]": "Call back"}
    answer = _sign_up(minicrm, **fields)
    keys = ["Url", "Info", "Warning", "Error", "Message", "ErrorFieldId", "Data"]
    expect_equal([name for name in keys if name not in answer], list[str](), "the keys that are missing")
    expect_equal((answer["Error"], answer["Data"]["Email"]), ("", _EMAIL), "Error and Data/Email")
    [contact] = minicrm.search("Contact", Email=_EMAIL).ids
    [card] = minicrm.search("Project", ContactId=contact).ids
    tasks = read_object(minicrm.get(f"{ROOT}/ToDoList/{card}", Status="All"))["Results"]
    expect_equal([row["Comment"] for row in tasks], ["Call back"], "the tasks of the new card")


@_rule("minicrm.signup.known-contact", source="Signup")
def check_known_contact(minicrm: MinicrmAccount) -> None:
    """A contact that is there is found, not made again (grade B)."""
    for name in ("First", "Second"):
        _sign_up(minicrm, **{"Contact[1][LastName]": "Tóth", "Project[1][Name]": name})
    expect_equal(len(minicrm.search("Contact", Email=_EMAIL).ids), 1, "the number of contacts of that address")


@_rule("minicrm.signup.error", source="Signup")
def check_signup_error(minicrm: MinicrmAccount) -> None:
    """A non-empty Error means that nothing was saved (grade B)."""
    answer = _sign_up(minicrm, "no-such-form", **{"Contact[1][LastName]": "Tóth"})
    expect(answer["Error"] != "", "an Error", repr(answer["Error"]))
    expect_equal(minicrm.search("Contact", Email=_EMAIL).ids, list[str](), "the contacts of that address")


@_rule("minicrm.shared-filter.csv", source="SharedFilter")
def check_shared_filter(minicrm: MinicrmAccount) -> None:
    """A shared filter is CSV without a login: labels, then a line a card, whose hash comes first (grade B)."""
    minicrm.need_home(_WHY)
    query = {"Hash": f"{minicrm.system_id}-{FILTER_TOKEN}", "Type": "Project"}
    response = minicrm.send("GET", "/Api/SharedFilter", query, login="none")
    expect_status(response, 200)
    expect_equal(response.media_type, "text/csv", "the media type", response)
    _, *lines = csv.reader(io.StringIO(response.text))
    cards = minicrm.search("Project", CategoryId="5").rows
    expect_equal(sorted(line[1] for line in lines), sorted(str(row["Name"]) for row in cards.values()), "the names")
    hashes = {line[0] for line in lines}
    expect(
        len(hashes) == len(lines) and not hashes & set(cards), "another hash for each card, no id", sorted(hashes)[:3]
    )


@_rule("minicrm.shared-filter.hash", source="SharedFilter", provenance="assumed")
def check_shared_filter_hash(minicrm: MinicrmAccount) -> None:
    """Another hash opens nothing: status 404, or 401 where it names no account."""
    minicrm.need_home(_WHY)
    for given in (f"{minicrm.system_id}-no-token", FILTER_TOKEN, ""):
        response = minicrm.send("GET", "/Api/SharedFilter", {"Hash": given, "Type": "Project"}, login="none")
        expect(response.status in {401, 404}, f"status 404 for the hash {given!r}", response.describe(), response)


@_feed_rule("minicrm.feed.upsert")
def check_upsert(minicrm: MinicrmAccount) -> None:
    """A file makes a card of an outer id, and changes the one that has it: ReferenceId finds it (grade C)."""
    module, status = "<CategoryId>3</CategoryId>", "<StatusId>2509</StatusId>"
    expect_status(_upload(minicrm, _build_xml("shop-77", module, status, "<Name>Order 77</Name>")), 200)
    first = _fetch_fed(minicrm, "shop-77")
    expect_equal(first["Name"], "Order 77", "Name of the card that was fed in")
    expect_status(_upload(minicrm, _build_xml("shop-77", "<Name>Order 77 ő</Name>")), 200)
    second = _fetch_fed(minicrm, "shop-77")
    told = (second["Id"], second["Name"], second["StatusId"])
    expect_equal(told, (first["Id"], "Order 77 ő", first["StatusId"]), "Id, Name and StatusId after the second file")


@_feed_rule("minicrm.feed.refused")
def check_feed_refused(minicrm: MinicrmAccount) -> None:
    """What is no valid XML, or does not look like it, is refused with plain text that tells which (grade C)."""
    texts: list[str] = []
    for body in ("<Projects><Project>", "Id;Name"):
        response = _upload(minicrm, body)
        expect(response.status != 200, "another status than 200", response.describe(), response)
        expect_equal(response.media_type, "text/plain", "the media type", response)
        texts.append(response.text)
    expect(texts[0] != texts[1] and all(texts), "two different texts", texts)


@_feed_rule("minicrm.feed.login", document=MANUAL)
def check_feed_login(minicrm: MinicrmAccount) -> None:
    """A file needs the login of the account that it is for (grade B)."""
    minicrm.need_home(_WHY)
    text = _build_xml("shop-78", "<CategoryId>3</CategoryId>", "<Name>Order 78</Name>").encode()
    tries: tuple[tuple[str, LoginName], ...] = (
        (minicrm.system_id, "none"),
        (minicrm.system_id, "wrong"),
        ("99999999", "account"),
    )
    for system, login in tries:
        path = f"/Api/SyncFeed/{system}/Upload"
        response = minicrm.send("POST", path, raw_body=text, media_type="application/xml", login=login)
        expect(response.status in {401, 403, 404}, "a refusal", response.describe(), response)
    found = minicrm.send("GET", f"{ROOT}/Project", {"ReferenceId": "shop-78"})
    expect(found.status == 404 or "shop-78" not in found.text, "no card", found.describe(), found)
