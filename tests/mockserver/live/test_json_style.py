"""How JSON was written."""

from __future__ import annotations

import pytest

from mockserver.live.json_style import describe_wire_form, read_wire_form


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b'{"a":1}', {"spaces": "compact"}),
        (b'{"a b":"c d"}\n', {"spaces": "compact"}),
        (b'{"a": 1}', {"spaces": "with spaces or lines between values"}),
        (b'{"a":"b/c"}', {"spaces": "compact", "slashes": "plain"}),
        (b'{"a":"b\\/c"}', {"spaces": "compact", "slashes": r"escaped as \/"}),
        ('{"a":"é"}'.encode(), {"spaces": "compact", "other letters than ASCII": "plain UTF-8"}),
        (b'{"a":"\\u00e9"}', {"spaces": "compact", "other letters than ASCII": r"escaped as \uXXXX"}),
        (b'{"a":"\\\\u00e9"}', {"spaces": "compact"}),
        (b'\xef\xbb\xbf{"a":1}', {"spaces": "compact", "byte order mark": "there is one"}),
    ],
)
def test_a_habit_shows_only_where_there_is_something_to_escape(raw: bytes, form: dict[str, str]) -> None:
    assert read_wire_form(raw) == form
    assert all(how in describe_wire_form(raw) for how in form.values())
