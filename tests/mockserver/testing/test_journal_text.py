"""The journal as text: one line a request, whatever was sent."""

from __future__ import annotations

from typing import Any

from mockserver.testing.journal_text import MAX_LINES, format_entry, format_journal


def build_entry(**more: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "method": "GET",
        "path": "/Api/R3/Project",
        "query": {},
        "body": None,
        "status": 200,
        "reason": "",
        "hints": [],
        "fault": None,
        **more,
    }


def test_an_accepted_request_is_one_short_line():
    assert format_entry(build_entry(query={"Query": "desk", "Page": "1"})) == (
        "#1 GET /Api/R3/Project?Query=desk&Page=1 -> 200"
    )


def test_a_refused_one_says_why_and_what_was_probably_meant():
    entry = build_entry(
        method="PUT", body={"Nmae": "x"}, status=400, reason="No field Nmae.", hints=["did you mean Name?"]
    )

    assert format_entry(entry) == (
        '#1 PUT /Api/R3/Project {"Nmae":"x"} -> 400 | No field Nmae. | hint: did you mean Name?'
    )


def test_a_hint_that_only_repeats_the_reason_is_left_out():
    assert format_entry(build_entry(status=401, reason="No login.", hints=["No login."])).endswith("401 | No login.")


def test_a_fault_is_named():
    assert format_entry(build_entry(fault="html", status=502)).endswith("-> 502 | fault: html")
    assert format_entry(build_entry(fault="reset", status=0)).endswith("-> no answer | fault: reset")


def test_what_was_sent_cannot_break_the_line_or_reach_the_terminal():
    line = format_entry(build_entry(query={"Query": "a\nb\x1b[31m"}, body="Ő\r"))

    assert line == r"#1 GET /Api/R3/Project?Query=a\nb\x1b[31m Ő\r -> 200"


def test_long_bodies_are_cut():
    assert len(format_entry(build_entry(body="x" * 10_000))) < 400


def test_only_the_last_requests_of_many_are_shown():
    lines = format_journal([build_entry(id=number) for number in range(1, MAX_LINES + 4)]).splitlines()

    assert lines[0] == "... 3 earlier requests"
    assert (lines[1][:2], len(lines)) == ("#4", MAX_LINES + 1)
