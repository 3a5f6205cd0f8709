from __future__ import annotations

import datetime as dt

from mockserver.workspaces.journal import MAX_BODY_BYTES, MAX_BYTES, MAX_ENTRIES, Exchange, Journal


def exchange(path: str = "/Api/R3/Category", body: bytes = b"", response: bytes = b"{}") -> Exchange:
    return Exchange("GET", path, [], body, 200, response)


def test_an_entry_tells_everything_about_an_exchange():
    journal = Journal("mine")
    journal.record(
        Exchange("POST", "/x", [("a", "1")], b'{"b":2}', 400, b"no", reason="because", hints=["try y"], fault="status")
    )

    (entry,) = journal.list_entries()

    at = dt.datetime.fromisoformat(str(entry.pop("at")))
    assert abs(dt.datetime.now(dt.UTC) - at) < dt.timedelta(minutes=1)
    assert entry == {
        "id": 1,
        "method": "POST",
        "path": "/x",
        "query": {"a": "1"},
        "body": {"b": 2},
        "status": 400,
        "response": "no",
        "reason": "because",
        "hints": ["try y"],
        "fault": "status",
        "workspace": "mine",
    }


def test_the_newest_entry_is_last_and_a_limit_keeps_the_newest():
    journal = Journal()
    for number in range(3):
        journal.record(exchange(f"/{number}"))

    assert [entry["path"] for entry in journal.list_entries(2)] == ["/1", "/2"]
    assert journal.list_entries(0) == []


def test_clearing_forgets_entries_but_ids_go_on_counting():
    journal = Journal()
    journal.record(exchange())
    journal.record(exchange())

    assert journal.clear() == 2
    assert journal.list_entries() == []
    journal.record(exchange())
    assert [entry["id"] for entry in journal.list_entries()] == [3]


def test_the_oldest_entries_go_when_there_are_too_many():
    journal = Journal()
    for _ in range(MAX_ENTRIES + 5):
        journal.record(exchange())

    entries = journal.list_entries()
    assert (len(entries), entries[0]["id"]) == (MAX_ENTRIES, 6)


def test_the_oldest_entries_go_when_they_are_too_large():
    journal = Journal()
    body = b"x" * MAX_BODY_BYTES
    for _ in range(2 * MAX_BYTES // MAX_BODY_BYTES):
        journal.record(exchange(body=body))

    entries = journal.list_entries()
    assert 100 < len(entries) <= MAX_BYTES // MAX_BODY_BYTES
    assert entries[-1]["id"] == 2 * MAX_BYTES // MAX_BODY_BYTES


def test_a_long_body_is_cut_and_says_so():
    journal = Journal()
    journal.record(exchange(body=b"a" * (MAX_BODY_BYTES + 1)))

    body = journal.list_entries()[0]["body"]
    assert isinstance(body, str)
    assert body.endswith(f"a... (cut: {MAX_BODY_BYTES + 1} bytes in all)")


def test_a_body_that_is_no_text_is_still_shown():
    journal = Journal()
    journal.record(exchange(body=b"\xff{"))

    assert journal.list_entries()[0]["body"] == "\ufffd{"
