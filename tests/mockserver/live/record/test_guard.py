"""What the proxy holds back."""

from __future__ import annotations

import pytest

from mockserver.live.record.guard import check_caller, check_request
from mockserver.minicrm.live.record import READING_ENDPOINTS


def status_of(method: str, path: str, *, allows_writes: bool = False) -> int:
    refusal = check_request(method, path, allows_writes=allows_writes)
    return refusal.status if refusal else 200


DOCUMENTS = [f"/Api/{kind}/{rest}" for kind in ("Invoice", "Offer", "Order") for rest in ("List", "41")]


@pytest.mark.parametrize(
    "path", ["/API/Records.php", *(f"/Api/R3/{name}/1" for name in sorted(READING_ENDPOINTS)), *DOCUMENTS]
)
def test_documented_readings_go_through(path: str) -> None:
    assert status_of("GET", path) == 200


@pytest.mark.parametrize("allows_writes", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize(
    "path",
    [
        "/Api/R3/PurgePerson/1",
        "/Api/R3/purgeperson/1",
        "/Api/R3/Project/../PurgePerson/1",
        "/Api/R3//PurgePerson/1",
        "/Api/R3/%50urgePerson/1",
        "/Api/R3/Project/1/..\\PurgePerson",
    ],
)
def test_nothing_reaches_the_deleting_endpoint(method: str, path: str, allows_writes: bool) -> None:
    assert status_of(method, path, allows_writes=allows_writes) in {404, 405}


def test_a_get_that_nobody_describes_as_reading_needs_the_word_of_the_person_at_the_terminal() -> None:
    assert status_of("GET", "/Api/R3/EraseAll/1") == 405
    assert status_of("GET", "/Api/R3/EraseAll/1", allows_writes=True) == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/Api/Order/62/DeleteItem/62001", "/Api/Order/62/Paid", "/Api/Invoice/41/Storno", "/Api/Invoice/Project"),
        *("/Api/Invoice", "/Api/SyncFeed/10001", "/Api/Signup", "/Api/CallLog", "/Api/SharedFilter"),
    ],
)
def test_no_document_is_acted_upon_by_a_get(path: str) -> None:
    assert status_of("GET", path) == 405


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_writing_method_needs_it_too(method: str) -> None:
    refusal = check_request(method, "/Api/R3/Project", allows_writes=False)
    assert refusal
    assert (refusal.status, "--allow-writes" in refusal.message) == (405, True)
    assert status_of(method, "/Api/R3/Project", allows_writes=True) == 200


@pytest.mark.parametrize("method", ["HEAD", "DELETE", "PATCH", "OPTIONS"])
def test_methods_that_no_document_has_never_go_through(method: str) -> None:
    assert status_of(method, "/API/Records.php", allows_writes=True) == 405


@pytest.mark.parametrize("path", ["/", "/API/records.php", "/API/Records.php/x", "/Api/R3", "/Api/R3/", "/Api/R30/x"])
def test_other_paths_never_go_through(path: str) -> None:
    assert status_of("GET", path, allows_writes=True) == 404


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"host": "127.0.0.1:8090"}, True),
        ({"host": "localhost"}, True),
        ({"host": "[::1]:8090"}, True),
        ({"host": "127.0.0.1:8090", "sec-fetch-site": "none"}, True),
        ({}, False),
        ({"host": "evil.example:8090"}, False),
        ({"host": "127.0.0.1:8090", "origin": "https://evil.example"}, False),
        ({"host": "127.0.0.1:8090", "sec-fetch-site": "cross-site"}, False),
    ],
)
def test_web_pages_cannot_reach_the_account_through_the_browser_of_their_visitor(
    headers: dict[str, str], is_taken: bool
) -> None:
    assert (check_caller(headers) is None) == is_taken
