"""Amounts are read exactly, in each way that MiniCRM writes them, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.minicrm.wire.documents.amounts import as_number, read_amount

cents = st.integers(-(10**13), 10**13).map(lambda number: Decimal(number) / 100)


def grouped(amount: Decimal, between: str, mark: str) -> str:
    """Return an amount as people write it, two decimals after a mark."""
    return f"{amount:,.2f}".replace(",", "!").replace(".", mark).replace("!", between)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("25400.0000", "25400"),
        ("1 000,00", "1000"),
        ("1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,89", "1234567.89"),
        ("1\N{NARROW NO-BREAK SPACE}000,5", "1000.5"),
        ("7500", "7500"),
        ("0.100000", "0.1"),
        (",5", "0.5"),
        ("-25400.0000", "-25400"),
        ("\N{MINUS SIGN}25 400,00", "-25400"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        (" 12,30 ", "12.3"),
        (7500, "7500"),
        (12.3, "12.3"),
        (0.00001, "0.00001"),
    ],
)
def test_each_way_of_writing_is_read(written: object, amount: str) -> None:
    assert read_amount(written) == Decimal(amount)


@pytest.mark.parametrize("empty", [None, "", " ", "\N{NO-BREAK SPACE}"])
def test_an_empty_amount_is_none(empty: object) -> None:
    assert read_amount(empty) is None


@pytest.mark.parametrize(
    "wrong", ["abc", "1 00", "1 0000,00", "12,34,5", "1.2.3", "--1", "1e5", "12 Ft", "٣", "9" * 16, True, [], {}, 1e300]
)
def test_what_is_no_amount_is_refused_and_never_guessed(wrong: object) -> None:
    with pytest.raises(ValueError, match="no amount"):
        read_amount(wrong)


@given(
    amount=cents,
    between=st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "."]),
)
def test_an_amount_written_the_hungarian_way_is_read_back(amount: Decimal, between: str) -> None:
    assert read_amount(grouped(amount, between, ",")) == amount


@given(amount=cents, decimals=st.integers(2, 6))
def test_an_amount_written_with_a_point_is_read_back(amount: Decimal, decimals: int) -> None:
    assert read_amount(f"{amount:.{decimals}f}") == amount


@given(amount=cents)
def test_a_number_shows_the_digits_that_were_written(amount: Decimal) -> None:
    number = as_number(amount)
    assert Decimal(str(number)) == amount
    assert isinstance(number, int) == (amount == int(amount))


@given(text=st.text(max_size=12) | st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_whatever_comes_is_an_amount_or_refused(text: object) -> None:
    try:
        amount = read_amount(text)
    except ValueError:
        return
    assert amount is None or abs(amount) < 10**15
