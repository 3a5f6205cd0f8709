"""A refusal is told in the CRM's words, whatever its media type, and a failed read with a next step that is true."""

from __future__ import annotations

import pytest

from crm_mcp.crm.http_refusals import Account, json_of, quote, raise_for_refusal
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import CrmError

ACCOUNT = Account("MiniCRM", "MINICRM_API_KEY", "MINICRM_URL")
READ = Request("GET", "/Api/R3/Project/7")


def refuse(status: int, body: str = "", content_type: str = "text/html", **headers: str) -> str:
    response = Response(status, body.encode(), content_type, READ, headers)
    with pytest.raises(CrmError) as caught:
        raise_for_refusal(response, ACCOUNT)
    return str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "Project (PUT): Nem megfelel\u0151 \u00e9rt\u00e9k a St\u00e1tusz mez\u0151ben.",
        "<N\u00e9v> hi\u00e1nyzik",
        "a < b",
        "Hib\u00e1s: <b>St\u00e1tusz</b>",
        "{'Error': 'No'}",
    ],
)
@pytest.mark.parametrize(
    "content_type", ["text/html", "text/html; charset=utf-8", "text/plain", "application/json", ""]
)
def test_plain_words_are_quoted_whatever_their_media_type(words: str, content_type: str) -> None:
    assert f'It said: "{words}"' in refuse(400, words, content_type)


def test_words_are_read_by_the_charset_that_is_named() -> None:
    body = "Hib\u00e1s \u0151".encode("iso-8859-2")
    assert quote(Response(400, body, "text/html; charset=ISO-8859-2", READ)) == "Hib\u00e1s \u0151"
    assert quote(Response(400, b"No", "text/html; charset=none-such", READ)) == "No"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        (
            "\ufeff<!-- x -->\n<!DOCTYPE html><html><head><style>b{}</style></head><body><h1>Karbantart&aacute;s",
            "Karbantart\u00e1s",
        ),
        ("<br />\n<b>Fatal error</b>: Uncaught Error in <b>/var/www</b>", "Fatal error : Uncaught Error in /var/www"),
        ("<html><script>alert('x')</script><title> </title><p>Log in</p>", "Log in"),
        ("<html></html>", ""),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_of_a_page_the_title_or_the_first_words_are_quoted(page: str, told: str, content_type: str) -> None:
    assert f'It said: "{f"(a page of HTML) {told}".strip()}".' in refuse(502, page, content_type)


def test_a_page_says_no_more_than_a_short_line() -> None:
    said = quote(Response(500, f'<html><title>A" {"long " * 100}\u202e</title>'.encode(), "", READ))
    assert said.startswith("(a page of HTML) A' long long")
    assert len(said) < 170
    assert "\u202e" not in said


def test_a_page_made_to_be_slow_is_read_at_once() -> None:
    for part in ("<title>", "<!--", "<script>", "<p ", "<!-- --> "):
        quote(Response(500, ("<html>" + part * 100_000).encode(), "", READ))  # hours, were each paired with each


def test_a_page_in_place_of_data_is_told_by_its_title() -> None:
    with pytest.raises(CrmError, match=r'sent HTML \("Bejelentkez\u00e9s"\) in response to GET'):
        json_of(Response(200, "<html><title>Bejelentkez\u00e9s</title>".encode(), "text/html", READ), ACCOUNT)
    with pytest.raises(CrmError, match=r'sent something that is not JSON \("No"\)'):
        json_of(Response(200, b"No", "text/html", READ), ACCOUNT)


@pytest.mark.parametrize("status", [408, 502, 503, 504, 520])
def test_a_read_that_met_a_busy_crm_does_not_blame_a_value(status: int) -> None:
    text = refuse(status)
    assert "a value" not in text
    assert "try again later" in text


def test_a_read_that_met_a_busy_crm_is_told_how_long_to_wait() -> None:
    assert "try again in 7 seconds" in refuse(503, **{"retry-after": "7"})


def test_a_refused_login_tells_what_looks_wrong_with_it() -> None:
    with pytest.raises(CrmError, match="MINICRM_API_KEY begins and ends with quotes"):
        raise_for_refusal(
            Response(401, b"", "", READ, login_note="MINICRM_API_KEY begins and ends with quotes."), ACCOUNT
        )
