"""A cursor carries its place and belongs to one call's arguments."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_mcp.errors import InputError
from crm_mcp.mcp.cursor import Cursor

SCOPE = st.lists(st.text(st.characters(codec="utf-8")) | st.integers() | st.booleans())


def behind(offset: int, last_id: str, scope: object) -> str:
    """Return the text of the cursor behind so many rows."""
    start = Cursor.decode("", scope)
    return start.after([{"id": last_id}], 1, more=True, start=offset - 1)


@given(st.integers(1, 10**9), st.text(st.characters(codec="utf-8")), SCOPE)
@example(20, "a.b", [])
def test_a_cursor_gives_back_its_place_for_its_own_arguments(offset: int, last_id: str, scope: list[object]) -> None:
    decoded = Cursor.decode(behind(offset, last_id, scope), scope)
    assert (decoded.offset, decoded.last_id) == (offset, last_id)


@given(st.integers(1, 10**9), SCOPE, SCOPE)
def test_a_cursor_of_other_arguments_is_refused(offset: int, scope: list[object], other: list[object]) -> None:
    if scope != other or [type(one) for one in scope] != [type(one) for one in other]:
        with pytest.raises(InputError, match="other arguments"):
            Cursor.decode(behind(offset, "1", scope), other)


@given(st.text(min_size=1))
@example("MTAuYWJj\n")
@example("LTEu")
def test_text_that_is_no_cursor_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(InputError, match="leave cursor out"):
        Cursor.decode(text, ["q"])


def test_no_cursor_is_the_first_page() -> None:
    start = Cursor.decode("", ["q"])
    assert (start.offset, start.last_id) == (0, "")


def test_no_cursor_leads_on_where_nothing_follows() -> None:
    start = Cursor.decode("", ["q"])
    assert not start.after([{"id": "1"}], 1, more=False)
    assert not start.after([], 0, more=True)
