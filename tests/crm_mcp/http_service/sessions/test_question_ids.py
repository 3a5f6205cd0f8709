"""The id of a question names its process on the way out, and is the asker's own again on the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.http_service.sessions.question_ids import (
    EventStream,
    QuestionIds,
    asker_of,
    read_event,
    unmark,
    write_event,
)

IDS = QuestionIds("0a1b2c3d")


@given(st.one_of(st.integers(), st.text()))
def test_an_answer_comes_back_with_the_id_that_was_asked_by(question_id: int | str) -> None:
    question: dict[str, Any] = {"jsonrpc": "2.0", "id": question_id, "method": "elicitation/create", "params": {}}
    marked = IDS.mark(question)
    answer = json.loads(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": {}}))
    assert answer["id"] == marked
    assert asker_of(answer) == "0a1b2c3d"
    assert unmark(answer) == {"jsonrpc": "2.0", "id": question_id, "result": {}}


def test_a_question_that_is_withdrawn_is_named_as_the_client_knows_it() -> None:
    withdrawn = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 4}}
    assert IDS.mark(withdrawn) == ""
    assert withdrawn["params"] == {"requestId": "0a1b2c3d:4"}


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 3, "result": {"id": "9:9"}},
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1}},
        [],
        "text",
        None,
        7,
    ],
)
def test_all_else_stays_as_it_is(message: Any) -> None:
    before = json.dumps(message)
    assert IDS.mark(message) == ""
    assert json.dumps(message) == before
    assert asker_of(message) == ""


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(1, 30)),
)
def test_events_are_found_however_the_stream_is_cut(texts: list[str], line_end: str, cuts: list[int]) -> None:
    stream = "".join(f"event: message{line_end}data: {json.dumps(text)}{line_end * 2}" for text in texts).encode()
    reader, found = EventStream(), list[bytes]()
    for cut in cuts:
        piece, stream = stream[:cut], stream[cut:]
        found += reader.events(piece, is_last=False)
    found += reader.events(stream, is_last=True)
    assert [read_event(event) for event in found if event.strip()] == texts
    assert [read_event(write_event(event, {"was": text})) for event, text in zip(found, texts, strict=False)] == [
        {"was": text} for text in texts
    ]


def test_a_message_in_several_lines_of_data_is_one() -> None:
    assert read_event(b'id: 3\r\ndata: {"a":\r\ndata: 1}\r\n\r\n') == {"a": 1}
    assert read_event(b": ping\r\n\r\n") is None
