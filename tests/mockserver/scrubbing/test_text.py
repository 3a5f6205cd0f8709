"""One text: what stays is its form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.text import TextScrubber
from tests.mockserver.live.record.account import GIVEAWAYS, texts

PSEUDONYMS = Pseudonyms(b"a key for tests")
SCRUBBER = TextScrubber(PSEUDONYMS, lambda _url: None)


@given(texts)
def test_no_word_of_a_text_survives(text: str) -> None:
    kept = re.sub(r"<p>|&nbsp;|https://|example\.com|%[0-9A-F]{2}", "", SCRUBBER.scrub(text))
    assert not set(GIVEAWAYS) & set(kept)


@given(st.text(max_size=200))
def test_any_text_can_be_scrubbed_and_always_comes_out_the_same(text: str) -> None:
    assert SCRUBBER.scrub(text) == TextScrubber(Pseudonyms(b"a key for tests"), lambda _url: None).scrub(text)


@given(st.text(st.characters(exclude_characters="@:./-&<0123456789"), max_size=100))
def test_words_keep_their_length_and_what_stands_between_them(text: str) -> None:
    scrubbed = SCRUBBER.scrub(text)
    assert len(scrubbed) == len(text)
    between = re.compile(r"[^\W_]")
    assert between.sub("", scrubbed) == between.sub("", text)


def test_a_name_is_made_of_the_stand_ins_of_its_words() -> None:
    assert SCRUBBER.scrub("Kovács Ágnes") == f"{SCRUBBER.scrub('Kovács')} {SCRUBBER.scrub('Ágnes')}"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("<p>Hello <b>Jo</b>&nbsp;Xu</p>", r"<p>[A-Z][a-z]{4} <b>[A-Z][a-z]</b>&nbsp;[A-Z][a-z]</p>"),
        ("2026-01-02 23:59:59", r"20[12]\d-\d\d-\d\d 23:59:59"),
        ("since 2026-01-02, ok", r"[a-z]{5} 20[12]\d-\d\d-\d\d, [a-z]{2}"),
        ("2026-02-30", r"\d{4}-\d\d-\d\d"),
        ("0000-00-00 00:00:00", r"0000-00-00 00:00:00"),
        ("1970-01-01 01:00:00", r"1970-01-01 01:00:00"),
        ("https://acme.example/a/b%20c?d=1", r"https://[a-z]{8}\.example\.com/[a-z]/[a-z]%20[a-z]\?[a-z]=\d"),
        ("www.acme.example", r"[a-z]{8}\.example\.com"),
        ("jd@acme.example, +36 1 / 22-33", r"[a-z]{10}@example\.com, \+\d\d \d / \d\d-\d\d"),
        ("HU12345678-2-42", r"[A-Z]{2}\d{8}-\d-\d\d"),
        ("350.00", r"[1-9]\d\d\.\d\d"),
        ("", ""),
    ],
)
def test_the_form_of_a_text_stays(text: str, form: str) -> None:
    scrubbed = SCRUBBER.scrub(text)
    assert re.fullmatch(form, scrubbed), scrubbed
    assert scrubbed != text or text.startswith(("0000", "1970")) or not text


def test_a_name_that_looks_like_a_tag_is_none() -> None:
    assert "Smith" not in SCRUBBER.scrub("<Smith> <p") + SCRUBBER.scrub('<a title="Smith">')


def test_a_login_in_an_address_does_not_survive() -> None:
    scrubbed = SCRUBBER.scrub("https://10001:my-key@r3.minicrm.hu/Api/R3/Project/12")
    assert not re.search("10001|my-key|r3|minicrm|hu/", scrubbed)
