"""Accounts of one person each, for tests that look for what is left of them in a recording."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import cast

from hypothesis import strategies as st

from mockserver.live.record.interaction import Interaction

# Letters that no stand-in is made of: a word with one of them in a recording can only be an original.
GIVEAWAYS = "qwxyjhcQWXYJHCñçßøœжщ東"
_LETTERS = st.text(st.sampled_from("abdeioáőűABDEIOÁ"), max_size=6)
_PHONE_FORMS = ("{0}", "+{0}", "06-{0[0]}{0[1]} / {0}", "({0}) 123")


def _build_word(before: str, letter: str, after: str) -> str:
    return f"{before}{letter}{after}"


def _build_email(local: str, host: str) -> str:
    return f"{local}@{host}.example"


def _build_url(host: str, path: str) -> str:
    return f"https://www.{host}.example/{path}?a={path}"


def _build_vat_number(word: str, digits: str) -> str:
    return f"HU{word}{digits}"


def _print_moment(moment: dt.datetime) -> str:
    return moment.isoformat(" ", "seconds")


words: st.SearchStrategy[str] = st.builds(_build_word, _LETTERS, st.sampled_from(GIVEAWAYS), _LETTERS)
names: st.SearchStrategy[str] = st.lists(words, min_size=1, max_size=3).map(" ".join)
emails: st.SearchStrategy[str] = st.builds(_build_email, words, words)
phones: st.SearchStrategy[str] = st.builds(
    str.format, st.sampled_from(_PHONE_FORMS), st.text(st.sampled_from("123456789"), min_size=8, max_size=12)
)
urls: st.SearchStrategy[str] = st.builds(_build_url, words, words)
_MARKS = st.sampled_from(["<p>", "\n", " - ", "😀", "&nbsp;"])
texts: st.SearchStrategy[str] = st.lists(st.one_of(words, emails, phones, urls, _MARKS), max_size=6).map(" ".join)
# Long enough that no stand-in for another one is the same by chance.
ids = st.integers(10**7, 10**9)
_EMPTY: tuple[object, ...] = ("", None, True, 0)

_FIELDS: dict[str, st.SearchStrategy[object]] = {
    "Id": ids,
    "BusinessId": ids,
    "Type": st.just("Person"),
    "FirstName": names,
    "LastName": names,
    "Email": emails,
    "Phone": st.one_of(phones, st.integers(10**8, 10**12)),
    "VatNumber": st.builds(_build_vat_number, words, phones),
    "Url": urls,
    "Text1204": texts,
    "Enum1205": names,
    "Int1201": st.one_of(st.just(0), st.integers(10**7, 10**15), st.floats(10**7, 10**12)),
    "CreatedBy": names,
    "CreatedAt": st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1)).map(_print_moment),  # noqa: DTZ001 - local
    "Tags": st.lists(names, max_size=2),
    "Empty": st.sampled_from(_EMPTY),
}
people: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(_FIELDS)


def leaves_of(value: object) -> Iterator[object]:
    """Yield every text and number in a JSON value."""
    if isinstance(value, dict):
        for child in cast("dict[str, object]", value).values():
            yield from leaves_of(child)
    elif isinstance(value, list):
        for child in cast("list[object]", value):
            yield from leaves_of(child)
    else:
        yield value


def shape_of(value: object) -> object:
    """Return a JSON value with its types in place of its values, keys in order, and ids as keys left out."""
    if isinstance(value, dict):
        return [
            ("" if key.isdigit() else key, shape_of(child)) for key, child in cast("dict[str, object]", value).items()
        ]
    if isinstance(value, list):
        return [shape_of(child) for child in cast("list[object]", value)]
    return (type(value).__name__, len(str(value)) if isinstance(value, int) else value == "")


def answered(path: str, body: object, *query: tuple[str, str], method: str = "GET", sent: object = None) -> Interaction:
    """Return an interaction that went well."""
    return Interaction(
        method=method,
        path=path,
        query=query,
        body=json.dumps(sent).encode() if sent is not None else b"",
        status=200,
        content_type="application/json; charset=utf-8",
        response_body=json.dumps(body).encode(),
    )
