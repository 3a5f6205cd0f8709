"""The files of a record in every shape, and their addresses without what opens them."""

from __future__ import annotations

import pytest

from crm_mcp.minicrm.wire.files import hide_tokens, read_files

URL = "https://r3.minicrm.hu/900001/Download/S3/?t=project&inline=0&e=zk3vq9slm2"
EMPTY: list[object] = [None, "", [], {}, 0, False]
OLD = "https://cdn.minicrm.hu/doc/2013/04-25/A/Q/AQFwQq7"


@pytest.mark.parametrize(
    ("value", "files"),
    [
        (URL, [("", URL)]),
        (f" {OLD} ", [("", OLD)]),
        (f"{URL},{OLD}", [("", URL), ("", OLD)]),
        (f"{OLD}?a=1,2, {URL}", [("", f"{OLD}?a=1,2"), ("", URL)]),
        ({"FileName": "a.pdf", "Url": URL}, [("a.pdf", URL)]),
        ([{"FileName": "a.pdf", "Url": URL}, OLD], [("a.pdf", URL), ("", OLD)]),
        ({"7": {"FileName": "a.pdf", "Url": URL}}, [("a.pdf", URL)]),
        ([[[[URL]]]], []),
        ("no address", []),
        ({"FileName": "a.pdf"}, []),
        *((empty, []) for empty in EMPTY),
    ],
)
def test_files_are_found_in_the_shapes_that_are_known_and_no_others(
    value: object, files: list[tuple[str, str]]
) -> None:
    assert [(one.name, one.url) for one in read_files(value)] == files


def test_an_address_is_shown_without_its_token() -> None:
    assert hide_tokens(f"x {URL}&a=1 y") == f"x {URL.replace('zk3vq9slm2', '***')}&a=1 y"
    assert hide_tokens(OLD) == OLD
    assert "zk3vq9slm2" not in repr(read_files(URL))
