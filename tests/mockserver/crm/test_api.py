from __future__ import annotations

from mockserver.crm.api import ApiResponse


def test_json_is_printed_compact_and_in_ascii():
    response = ApiResponse.of_json({"a": ["é", None, 1]}, status=400, reason="why", hints=["hint"])

    assert response.body == b'{"a":["\\u00e9",null,1]}'
    assert response.content_type == "application/json; charset=utf-8"
    assert (response.status, response.reason, response.hints) == (400, "why", ("hint",))


def test_text_is_printed_as_utf8():
    response = ApiResponse.of_text("é", status=404)

    assert (response.body, response.content_type) == ("é".encode(), "text/plain; charset=utf-8")
