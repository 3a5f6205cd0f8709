"""What is copied from a mail, a page or a document is found all the same."""

from __future__ import annotations

import pytest

from crm_mcp.crm.pasted_text import mend_text, read_email_address

ADDRESS = "voros.katalin@dunaparti.example"


@pytest.mark.parametrize(
    "text",
    [
        f"{ADDRESS} ", f"\u00a0{ADDRESS}\u00a0", f"\t{ADDRESS}\r\n", f"\u2003{ADDRESS}\u202f",
        f"\u200b{ADDRESS}\ufeff", "voros.katalin\u200b@dunaparti.example", "voros.katalin@\u00addunaparti.example",
        f"\u202a{ADDRESS}\u202c",
        f"mailto:{ADDRESS}", f"MAILTO:{ADDRESS}?subject=Hi&cc=else@one.example", f"<mailto:{ADDRESS}>",
        "mailto:voros.katalin%40dunaparti.example", f"mailto://{ADDRESS}",
        f"<{ADDRESS}>", f"Vörös Katalin <{ADDRESS}>", f'"Vörös, Katalin" <{ADDRESS}>', f"{ADDRESS} (Vörös Katalin)",
        f"Vörös Katalin {ADDRESS}", f"E-mail: {ADDRESS}", f"E-mail:{ADDRESS},",
        f"[{ADDRESS}](mailto:{ADDRESS})", f"`{ADDRESS}`", f"**{ADDRESS}**", f"'{ADDRESS}'", f"„{ADDRESS}”",
        f"{ADDRESS}.", f"{ADDRESS};", f"{ADDRESS} <{ADDRESS}>",
        "voros.katalin\uff20dunaparti.example",
    ],
)  # fmt: skip
def test_an_address_is_taken_out_of_what_stands_round_it(text: str) -> None:
    assert read_email_address(text) == ADDRESS


@pytest.mark.parametrize(
    "address", ["o'brien@x.example", "a+b=c@x.example", "_jane_@x.example", "Jane.ROE@X.example", "árvíz@x.example"]
)
def test_an_address_alone_stays_as_it_is(address: str) -> None:
    assert read_email_address(address) == address


@pytest.mark.parametrize("text", ["", "Katalin", "@x.example", "one@x.example, two@x.example", "jane at x.example"])
def test_a_text_without_exactly_one_address_stays_a_text(text: str) -> None:
    assert read_email_address(f" {text}\u00a0") == text


@pytest.mark.parametrize(
    ("pasted", "mended"),
    [
        ("Vo\u0308ro\u0308s", "Vörös"),
        ("Duna-parti\u00a0Kft. ", "Duna-parti Kft."),
        (" Duna\t\n parti ", "Duna parti"),
        ("\ufeffDuna\u200b\u00adparti\u200e", "Dunaparti"),
        ("", ""),
    ],
)
def test_text_loses_what_nobody_sees_and_is_composed(pasted: str, mended: str) -> None:
    assert mend_text(pasted) == mended
