from __future__ import annotations

from mockserver.crm.api import ApiResponse


def test_json_is_printed_compact_and_in_ascii():
    answer = ApiResponse.of_json({"a": ["é", None, 1]}, status=400, reason="why", hints=["hint"])

    assert answer.body == b'{"a":["\\u00e9",null,1]}'
    assert answer.content_type == "application/json; charset=utf-8"
    assert (answer.status, answer.reason, answer.hints) == (400, "why", ("hint",))


def test_text_is_printed_as_utf8():
    answer = ApiResponse.of_text("é", status=404)

    assert (answer.body, answer.content_type) == ("é".encode(), "text/plain; charset=utf-8")
