"""Every documented example as a rule: its request is sent, and the answer held to the one that is printed.

Where the target takes a seed, the account is first made what the example takes for granted, and the answer is compared
by value. Elsewhere only reading examples are sent, and the answer, if the account has what they ask for, is compared by
shape.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.ivinex_account import IvinexAccount
from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
from tests.contract.harness.checks import BrokenError, expect
from tests.contract.harness.documented.interactions import Interaction, differences, load_interactions
from tests.contract.harness.documented.shapes import shape_differences
from tests.contract.harness.rules import Check, CrmName, NotTestedError, Provenance, add_rule
from tests.contract.harness.target import DOCUMENTED_MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.harness.accounts.account import Account
    from tests.contract.harness.responses import CrmResponse

_MOST_NAMED = 6
_AS_LIVE = re.compile(
    r": wanted (?:text like )?'[0-9]+', got [0-9]+$"
    r"|/(?:County|ContactId|BusinessId|CreatedAt|CreatedBy|UpdatedAt|UpdatedBy|Tags|Invited|StatusUpdatedAt|IsPrivate|ProjectHash"
    r"|ProjectEmail): not wanted"
    r"|^/Results/[^/]+/[A-Za-z]+: missing$"
)
_FIXED_KEYS = frozenset({
    "Count", "Results", "Records", "Id", "Name", "Url", "Type", "StatusId", "UserId", "Deleted", "CategoryId",
    "ContactId", "BusinessId", "Email", "Phone", "FirstName", "LastName", "Status", "Comment", "Deadline", "ProjectId",
    "Attachments", "CountryId", "PostalCode", "City", "Address", "Default", "OrderId", "SenderName", "SenderEmail",
    "collection_id",
})  # fmt: skip
_NAMING_ENDPOINTS = frozenset({"SyncFeed", "Signup", "SharedFilter"})
_FIXTURES_SYSTEM_ID = "10001"
_KNOWN = "observed, grade A: ids, Count and Deleted are numbers, BusinessId may be absent, and further keys come"


def add_example_rules(crm: CrmName) -> None:
    """Register a rule for each fixture of a CRM; its provenance is the answer's."""
    for interaction in load_interactions():
        if interaction.crm == crm:
            document = interaction.document
            provenance: Provenance = interaction.response["provenance"]
            add_rule(
                f"{crm}.example.{interaction.id.removeprefix(f'{crm}/')}",
                f"{_name(interaction)}, {document['title']}, is answered as it says.",
                _make_check(interaction),
                source=document["source"]["section"],
                provenance=provenance,
                document=document["source"]["document"],
                writes=interaction.changes,
            )


def _name(interaction: Interaction) -> str:
    number = interaction.document["example"]
    return f"The document's example {number}" if interaction.is_of_own_document else f"Example {number}"


def _make_check(interaction: Interaction) -> Check:
    def check(account: Account) -> None:
        if account.home is None:
            _check_by_shape(account, interaction)
        else:
            account.home.put_seed(interaction.given)
            response = _play(account, interaction)
            _expect_envelope(interaction, response)
            if interaction.body_kind == "json":
                _expect_none(differences(interaction.response["body"], response.json(), interaction.volatile), response)

    return check


def _play(account: Account, interaction: Interaction) -> CrmResponse:
    request = _name_account(account, interaction.request)
    raw = request.get("raw_body")
    return account.send(
        request["method"],
        request["path"],
        request["query"] if account.home else _name_modules(account, request["query"]),
        request.get("body"),
        raw_body=None if raw is None else raw.encode(),
        media_type=request.get("content_type", "application/json"),
        login="none" if request.get("login") == "none" else "account",
    )


def _name_account(account: Account, request: dict[str, Any]) -> dict[str, Any]:
    """Put the account's own number in the place of that which feeds and forms of the fixtures name."""
    if not isinstance(account, MinicrmAccount) or request["path"].split("/")[2] not in _NAMING_ENDPOINTS:
        return request
    text = json.dumps(request).replace(_FIXTURES_SYSTEM_ID, account.system_id)
    return cast("dict[str, Any]", json.loads(text))


def _name_modules(account: Account, query: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Put the account's own module ids in the place of those that the Ivinex document assumes."""
    if not isinstance(account, IvinexAccount) or not query:
        return query
    changed = dict(query)
    for name, assumed in DOCUMENTED_MODULES.items():
        is_asked = query.get("CollectionTypeID") == assumed
        own = account.modules.get(name, "")
        if is_asked and not own:
            raise NotTestedError(f"no module {name} is known (IVINEX_MODULES)")
        changed["CollectionTypeID"] = own if is_asked else changed.get("CollectionTypeID", "")
        for key in ("Filters", "Filter"):
            if key in changed:
                changed[key] = re.sub(rf'"{assumed}:', f'"{own or assumed}:', changed[key])
    return changed


def _check_by_shape(account: Account, interaction: Interaction) -> None:
    if interaction.changes:
        raise NotTestedError("the example writes, and the target takes no seed")
    response = _play(account, interaction)
    want = interaction.response
    if response.status != want["status"] or interaction.body_kind != "json":
        is_missing = response.status == 404 or (response.status in {400, 403} and not interaction.is_of_own_document)
        if response.status < 500 and (is_missing or want["status"] != 200):
            raise NotTestedError(f"the account has other data than the example: {response.describe()[:120]}")
        expect(response.status == want["status"], f"status {want['status']}", response.describe(), response)
        return
    body = response.json()
    found = [place for place in shape_differences(want["body"], body, may_have_more=True) if not _is_own_field(place)]
    if any(place.endswith("is empty") for place in found) or _finds_nothing(body):
        raise NotTestedError("the account has nothing that the example would find")
    if found and _lists_nothing(want["body"]):
        raise NotTestedError("the account has what the example finds missing")
    if found and want["provenance"] == "assumed" and interaction.given.get("deviations"):
        raise NotTestedError("the example is a second reading, which a server need not share")
    _expect_none(found, response)


def _is_own_field(place: str) -> bool:
    """Tell whether a difference is the lack of a field that accounts may have or not."""
    path, _, what = place.partition(": ")
    return what == "missing" and path.rpartition("/")[2] not in _FIXED_KEYS


def _finds_nothing(body: object) -> bool:
    """Tell whether an answer is a search without hits: `Results` is `[]` then on live servers (observed, grade A)."""
    return isinstance(body, dict) and str(cast("dict[str, object]", body).get("Count")) == "0"


def _lists_nothing(body: object) -> bool:
    """Tell whether an answer is a page without rows, whatever its Count."""
    return isinstance(body, dict) and cast("dict[str, object]", body).get("Results") in ([], {})


def _expect_envelope(interaction: Interaction, response: CrmResponse) -> None:
    want = interaction.response
    expect(response.status == want["status"], f"status {want['status']}", response.describe(), response)
    if interaction.body_kind != "any":
        expect(
            response.media_type == want["content_type"],
            f"media type {want['content_type']}",
            response.media_type,
            response,
        )
    if interaction.body_kind == "text":
        expect(bool(response.text.strip()), "some text", "none", response)


def _expect_none(found: list[str], response: CrmResponse) -> None:
    if found:
        more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        live = _KNOWN if all(_AS_LIVE.search(place) for place in found) else ""
        came = f"different at {'; '.join(found[:_MOST_NAMED])}{more}"
        raise BrokenError("the answer of the example", came, response, live=live)
