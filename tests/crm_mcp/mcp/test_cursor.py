"""A cursor carries its place and belongs to one query."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.mcp.cursor import decode_place, encode_cursor

QUERY = st.lists(st.text(st.characters(codec="utf-8")) | st.integers() | st.booleans())


@given(st.integers(0, 10**9), st.text(st.characters(codec="utf-8")), QUERY)
@example(20, "a.b", [])
def test_a_cursor_gives_back_its_place_for_its_own_query(offset: int, last_id: str, query: list[object]) -> None:
    assert decode_place(encode_cursor(offset, query, last_id), query) == (offset, last_id)


@given(st.integers(0, 10**9), QUERY, QUERY)
def test_a_cursor_of_another_query_is_refused(offset: int, query: list[object], other: list[object]) -> None:
    if query != other or [type(one) for one in query] != [type(one) for one in other]:
        with pytest.raises(InputError, match="other arguments"):
            decode_place(encode_cursor(offset, query), other)


@given(st.text(min_size=1))
@example("MTAuYWJj\n")
@example("LTEu")
def test_text_that_is_no_cursor_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(InputError, match="leave cursor out"):
        decode_place(text, ["q"])


def test_no_cursor_is_the_first_page() -> None:
    assert decode_place("", ["q"]) == (0, "")
