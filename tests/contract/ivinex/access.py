"""The login, and methods that the endpoint does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.home import SEED_LOGINS
from tests.contract.harness.accounts.ivinex_account import PATH, as_sent
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount
    from tests.contract.harness.responses import CrmResponse


def _shows_records(ivinex: IvinexAccount, response: CrmResponse) -> bool:
    ids = [str(record["collection_id"]) for record in ivinex.list_records()[:10]]
    return any(f'"{one}"' in response.text for one in ids if len(one) > 2) or "created_date" in response.text


def _expect_closed(ivinex: IvinexAccount, response: CrmResponse, how: str) -> None:
    is_closed = response.status >= 400 or not _shows_records(ivinex, response)
    expect(is_closed, f"no records {how}", response.describe(), response)


@rule("ivinex.access.without-login", source="Base Info")
def check_without_login(ivinex: IvinexAccount) -> None:
    """Without HTTP Basic Auth there are no records."""
    ivinex.need_records(1)
    query = {"CollectionTypeID": ivinex.main_module}
    _expect_closed(ivinex, ivinex.send("GET", PATH, query, login="none"), "without a login")


@rule("ivinex.access.wrong-password", source="Base Info")
def check_wrong_password(ivinex: IvinexAccount) -> None:
    """With a wrong password there are no records."""
    ivinex.need_records(1)
    query = {"CollectionTypeID": ivinex.main_module}
    _expect_closed(ivinex, ivinex.send("GET", PATH, query, login="wrong"), "with a wrong password")


@rule("ivinex.access.near-logins", source="Base Info")
def check_near_logins(ivinex: IvinexAccount) -> None:
    """The login counts as a whole: neither another user name nor a part of the password opens the account."""
    ivinex.need_records(1)
    query = {"CollectionTypeID": ivinex.main_module}
    refused = ivinex.send("GET", PATH, query, login="wrong")
    others = [SEED_LOGINS["ivinex"]] if ivinex.home else []
    for how, login in ivinex.list_near_logins(*others):
        response = ivinex.send("GET", PATH, query, login=login)
        _expect_closed(ivinex, response, f"with {how}")
        expect_equal(response.status, refused.status, f"the status with {how}, as with a wrong password", response)
        ivinex.search(ivinex.main_module, Limit="1")  # a good login in between, so that nobody is locked out


@rule("ivinex.access.status", source="Base Info", provenance="assumed")
def check_login_status(ivinex: IvinexAccount) -> None:
    """A missing or wrong login is answered with 401."""
    for login in ("none", "wrong"):
        response = ivinex.send("GET", PATH, {"CollectionTypeID": ivinex.main_module}, login=login)
        expect(response.status == 401, "status 401", response.describe(), response)


@rule("ivinex.access.no-write-without-login", source="Base Info", writes=True)
def check_no_write_without_login(ivinex: IvinexAccount) -> None:
    """Without a login nothing is written."""
    record = ivinex.make()
    before = ivinex.fetch(record)
    changed = {
        "CollectionTypeID": as_sent(ivinex.writable_module),
        "CollectionID": as_sent(record),
        ivinex.name_field: "x",
    }
    for login in ("none", "wrong"):
        ivinex.send("POST", PATH, body={"Records": [changed]}, login=login)
        after = ivinex.fetch(record)
        expect(after == before, "the record as it was", after)


@rule("ivinex.access.methods", source="Create Record, Update Record, Get Records", provenance="assumed", writes=True)
def check_methods(ivinex: IvinexAccount) -> None:
    """Methods other than GET and POST are refused with 405."""
    for method in ("PUT", "PATCH", "DELETE"):
        response = ivinex.send(method, PATH, body={"Records": []})
        expect(response.status == 405, f"status 405 for {method}", response.describe(), response)
