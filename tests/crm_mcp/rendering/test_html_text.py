"""Rich text becomes what a reader sees of it, and nothing else is taken for rich text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.rendering.html_text import is_rich_text, plain_text

SEEN = [
    ("<p>Hello <b>world</b>,&nbsp;you</p>\n<p>two &amp; three</p>", "Hello world, you\n\ntwo & three"),
    ("<div>a</div><div>b</div>", "a\nb"),
    ("<p>a<br/>b<br><br>c</p>", "a\nb\n\nc"),
    ("<ul><li>one</li><li><p>two</p><ul><li>in</li></ul></li></ul><p>x</p>", "- one\n- two\n\n  - in\n\nx"),
    ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
    ("<ul><li></li><li>b</li></ul>", "- \n- b"),
    (
        '<p>see <a href="http://x.example/a?b=1&amp;c">here</a> or <a href="mailto:a@b.example">a@b.example</a>.</p>',
        "see here (http://x.example/a?b=1&c) or a@b.example.",
    ),
    ('<p><a href="http://x.example"></a></p>', "http://x.example"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"),
    ("<p>one<span> two</span> <i>three</i>four</p>", "one two threefour"),
    ("<pre>  a\n    b</pre>", "a\n    b"),
    ("<p>a &lt;b&gt;</p>", "a <b>"),
    ('<p>a<script>b</script><style>c</style><img src="data:x" alt="Logo"></p>', "a[image: Logo]"),
    ("<p><br></p>", ""),
    ('<span style="color: red">hi</span>', "hi"),
    ("<!DOCTYPE html>\n<html><head><title>t</title></head><body><p>b</p></body></html>\n", "b"),
]


@pytest.mark.parametrize(("html", "seen"), SEEN)
def test_rich_text_is_read_as_a_person_sees_it(html: str, seen: str) -> None:
    assert is_rich_text(html)
    assert plain_text(html) == seen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "a < b and c > d",
        "Őze & Co. <b>100%</b> +36 #1 'x' \"y\" \\ / 日本 😀 a=b;c[d]",
        "<b>x</b>",
        "<script>alert(1)</script>",
        "<p>begins only",
        "ends only</p>",
        "<kovacs@example.com>",
        "<p> is a tag of HTML>",
        "<foo><p>x</p></foo>",
        "<>",
    ],
)
def test_text_that_merely_holds_angle_brackets_is_no_rich_text(text: str) -> None:
    assert not is_rich_text(text)


def test_markup_too_broken_to_read_stays_as_it_is() -> None:
    # Newer Pythons read all of it, as browsers do, which take what begins with <! for a comment.
    assert plain_text("<p>x <![foo y</p>") in ("<p>x <![foo y</p>", "x")


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<li>", "<ul>", "</a>", "<td>", "</tr>", "<a href=x>", "&lt;", " ", "w"]))
)
def test_any_order_of_tags_is_read_without_losing_a_word(parts: list[str]) -> None:
    read = plain_text("".join(parts))
    assert read.count("w") == parts.count("w")
    assert read.count("<") == parts.count("&lt;")


MANY = 100_000
OPEN_ENDS = ["<!--", "<![CDATA[", "<", "<a ", "<a a=", '<a href="', "</a", "<?", "<!a", "&#x", "<ul><li>x", "<a>x"]


@pytest.mark.parametrize("piece", OPEN_ENDS)
def test_what_begins_a_hundred_thousand_times_and_never_ends_is_read_in_time(piece: str) -> None:
    begun = time.process_time()
    text = plain_text(f"<p>{piece * MANY}</p>")
    assert time.process_time() - begun < 10
    assert len(text) <= 25 * MANY


def test_a_long_text_keeps_what_a_reader_sees() -> None:
    page = "<p>a &lt; b <!-- not <b>seen</b> --> and <![if !mso]>c<![endif]></p>" + "<p>x</p>" * 5_000
    assert plain_text(page).startswith("a < b and c\n\nx")
