"""The body of a mail as a reader sees it, whether it is HTML or not."""

from __future__ import annotations

import pytest

from crm_mcp.minicrm.tools.history.mail_text import MOST_MARKUP, mail_text


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("Kedves Anna!<br />Köszönjük.<BR>Béla", "Kedves Anna!\nKöszönjük.\nBéla"),
        ("Read <a href='https://crm.example/x'>this</a>", "Read this (https://crm.example/x)"),
        ("<b>Hi</b> there", "Hi there"),
        ("Anna <anna@example.com> wrote:\r\n> a < b\r\n", "Anna <anna@example.com> wrote:\n> a < b"),
        ("5 < 6 and <x> stays", "5 < 6 and <x> stays"),
        ("<p>&lt;p&gt; is a tag</p>", "<p> is a tag"),
        ("<html><head><style>p{}</style><title>x</title></head><body><p>Hello</p></body></html>", "Hello"),
        ("", ""),
    ],
)
def test_a_body_is_what_a_reader_sees(body: str, seen: str) -> None:
    assert mail_text(body) == seen


def test_a_body_of_megabytes_is_cut_and_says_so() -> None:
    text = mail_text("<p>x</p>" * MOST_MARKUP)
    assert text.endswith("[the mail's HTML is cut: 400,000 of 3,200,000 characters]")
