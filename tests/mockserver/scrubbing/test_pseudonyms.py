"""Stand-ins: the same for the same under one key, of the same shape, and never the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.scrubbing.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(b"a key for tests")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_numbers_of_one_length_change_places_and_none_stays(length: int) -> None:
    numbers = [str(number) for number in range(10 ** (length - 1), 10**length)]
    stand_ins = [PSEUDONYMS.digits(number) for number in numbers]

    assert sorted(stand_ins) == numbers
    assert all(one != other for one, other in zip(numbers, stand_ins, strict=True))


@given(st.text(st.sampled_from("0123456789"), max_size=60))
def test_a_number_keeps_its_length_and_its_leading_zeros(digits: str) -> None:
    stand_in = PSEUDONYMS.digits(digits)

    assert len(stand_in) == len(digits)
    assert len(stand_in) - len(stand_in.lstrip("0")) == len(digits) - len(digits.lstrip("0"))
    assert stand_in != digits or not digits.strip("0")


def test_a_phone_number_is_the_same_however_it_is_written() -> None:
    plain = PSEUDONYMS.digits("0612345678")
    dressed = PSEUDONYMS.digits("06-1 / 2345-678")

    assert dressed == f"{plain[:2]}-{plain[2]} / {plain[3:7]}-{plain[7:]}"


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=20))
def test_a_word_keeps_its_length_and_which_letters_are_beyond_ascii(word: str) -> None:
    stand_in = PSEUDONYMS.word(word)

    assert len(stand_in) == len(word)
    assert [letter.isascii() for letter in stand_in] == [letter.isascii() for letter in word]
    assert [letter.isupper() for letter in stand_in] == [letter.isupper() for letter in word]
    assert stand_in.casefold() != word.casefold()


def test_capitals_do_not_make_another_word() -> None:
    assert PSEUDONYMS.word("KOVÁCS").lower() == PSEUDONYMS.word("Kovács").lower() == PSEUDONYMS.word("kovács")


def test_an_address_stays_one_and_leads_nowhere() -> None:
    stand_in = PSEUDONYMS.email("Jane.Roe@Acme.example")

    assert stand_in == PSEUDONYMS.email("jane.roe@acme.example")
    assert stand_in.endswith("@example.com")
    assert PSEUDONYMS.host("www.acme.example").endswith(".example.com")


def test_dates_move_together_into_the_past() -> None:
    assert PSEUDONYMS.date("2026-03-01") == Pseudonyms(b"a key for tests").date("2026-03-01")
    first, second = PSEUDONYMS.date("2026-02-28"), PSEUDONYMS.date("2026-03-01")
    assert first
    assert second
    assert first < second < "2025-02-01"
    assert PSEUDONYMS.date("2026-02-30") is None
    assert PSEUDONYMS.date("0001-01-01") not in {None, "0001-01-01"}


def test_another_key_gives_other_stand_ins_and_the_same_key_the_same() -> None:
    other, same = Pseudonyms(b"another key"), Pseudonyms(b"a key for tests")
    for original in ("Kovács Ágnes", "36201234567"):
        stand_in = PSEUDONYMS.word(original) if original[0] == "K" else PSEUDONYMS.digits(original)
        replace = (other.word, same.word) if original[0] == "K" else (other.digits, same.digits)
        assert replace[0](original) != stand_in == replace[1](original)
    assert other.digest("x", "y") != PSEUDONYMS.digest("x", "y") == same.digest("x", "y")
