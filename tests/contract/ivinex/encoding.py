"""Parameters are decoded once, and every letter survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.contract.harness.accounts.ivinex_account import ID, PATH, ids_of, read_records
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.ivinex_account import IvinexAccount

_SECTION = "Get Records / 3. Get Specific Record(s) by Field"


def _find_raw(ivinex: IvinexAccount, filters: str, *, encoded: str = "") -> set[str]:
    """Search with `Filters` written into the URL as it stands, or percent-encoded."""
    raw = f"CollectionTypeID={ivinex.main_module}&Limit=100&Filters={encoded or quote(filters, safe='')}"
    return set(ids_of(read_records(ivinex.send("GET", PATH, raw_query=raw))))


def _ids_with(ivinex: IvinexAccount, field: str, text: str) -> list[str]:
    found = [str(record[ID]) for record in ivinex.list_records() if record.get(field) == text]
    if len(found) > 100:
        raise NotTestedError(f"more than 100 records have the {field} {text!r}")
    return found


def _equal(field: str, text: str, *, is_ascii: bool = False) -> str:
    return json.dumps([{"Field": field, "Operand": "Equal", "Value": text}], ensure_ascii=is_ascii)


@rule("ivinex.encoding.plus", source=_SECTION)
def check_plus(ivinex: IvinexAccount) -> None:
    """A plus in a value, sent as %2B, is a plus: a phone number with one is found."""
    field, text = ivinex.find_text_field(lambda value: "+" in value)
    found = _find_raw(ivinex, _equal(field, text))
    expect_same_ids(found, _ids_with(ivinex, field, text), f"the records whose {field} is {text!r}")


@rule("ivinex.encoding.plus-is-space", source="Get Records / 7. Sorting Results")
def check_plus_is_space(ivinex: IvinexAccount) -> None:
    """A bare plus and %20 in the query are both a space."""
    field, text = ivinex.find_text_field(lambda value: " " in value and "+" not in value and value.isascii())
    encoded = quote(_equal(field, text), safe="")
    wanted = _ids_with(ivinex, field, text)
    for spelling in (encoded, encoded.replace("%20", "+")):
        found = _find_raw(ivinex, "", encoded=spelling)
        expect(set(wanted) <= found, f"the {len(wanted)} records whose {field} is {text!r}", f"{len(found)} records")


@rule("ivinex.encoding.single-decode", source=_SECTION)
def check_single_decode(ivinex: IvinexAccount) -> None:
    """The query is decoded once: a value of %2B or %20, sent as %252B or %2520, stays what it is."""
    for text in ("a%2Bb", "a%20b", "100%25", "%00"):
        found = _find_raw(ivinex, _equal(_any_text_field(ivinex), text))
        expect_same_ids(found, _ids_with(ivinex, _any_text_field(ivinex), text), f"the records with the value {text!r}")
    field, text = ivinex.find_text_field(lambda value: "+" in value)
    doubly = quote(_equal(field, text), safe="").replace("%2B", "%252B")
    expect_same_ids(_find_raw(ivinex, "", encoded=doubly), [], f"records for the doubly encoded {text!r}")


def _any_text_field(ivinex: IvinexAccount) -> str:
    """Return the field that holds the oddest signs."""
    for sign in ("%2B", "&", "%", "+"):
        try:
            return ivinex.find_text_field(lambda value, sign=sign: sign in value)[0]
        except NotTestedError:
            continue
    return ivinex.find_text_field()[0]


@rule("ivinex.encoding.reserved-signs", source=_SECTION)
def check_reserved_signs(ivinex: IvinexAccount) -> None:
    """Signs that mean something in a URL mean nothing inside a value: & = # ; ? /."""
    field = _any_text_field(ivinex)
    values = {value for record in ivinex.need_records(1) if (value := record.get(field)) and set(value) & set("&=#;?/")}
    for text in (*sorted(values)[:3], "nobody&Limit=1", "nobody#x", "nobody=x;y"):
        found = _find_raw(ivinex, _equal(field, text))
        expect_same_ids(found, _ids_with(ivinex, field, text), f"the records whose {field} is {text!r}")


@rule("ivinex.encoding.unicode", source=_SECTION)
def check_unicode(ivinex: IvinexAccount) -> None:
    """Letters from outside of ASCII are found by their UTF-8 and by their JSON escapes alike."""
    field, text = ivinex.find_text_field(lambda value: not value.isascii())
    wanted = _ids_with(ivinex, field, text)
    for is_ascii in (False, True):
        found = _find_raw(ivinex, _equal(field, text, is_ascii=is_ascii))
        expect(set(wanted) <= found, f"the {len(wanted)} records whose {field} is {text!r}", f"{len(found)} records")
        expect(len(found) < len(ivinex.list_records()), f"only records whose {field} is {text!r}", "all records")


@rule("ivinex.encoding.four-bytes", source=_SECTION)
def check_four_bytes(ivinex: IvinexAccount) -> None:
    """Letters of four bytes, such as emoji, are answered and found."""
    field, text = ivinex.find_text_field(lambda value: any(ord(letter) > 0xFFFF for letter in value))
    wanted = _ids_with(ivinex, field, text)
    for is_ascii in (False, True):
        found = _find_raw(ivinex, _equal(field, text, is_ascii=is_ascii))
        expect_same_ids(found, wanted, f"the records whose {field} is {text!r}")


@rule("ivinex.encoding.quotes", source=_SECTION)
def check_quotes(ivinex: IvinexAccount) -> None:
    """Quotation marks, backslashes and line breaks inside a value are found by their JSON escapes."""
    tested = 0
    for sign in ('"', "\\", "\n", "'"):
        try:
            field, text = ivinex.find_text_field(lambda value, sign=sign: sign in value)
        except NotTestedError:
            continue
        tested += 1
        found = _find_raw(ivinex, _equal(field, text))
        expect_same_ids(found, _ids_with(ivinex, field, text), f"the records whose {field} is {text!r}")
    if not tested:
        raise NotTestedError("no value holds such a sign")


@rule("ivinex.encoding.parameter-names", source="Get Records / 6. Paginate Results", provenance="assumed")
def check_parameter_names(ivinex: IvinexAccount) -> None:
    """The order of the parameters means nothing."""
    ivinex.need_records(2)
    module = ivinex.main_module
    responses = [
        ids_of(read_records(ivinex.send("GET", PATH, raw_query=raw)))
        for raw in (f"CollectionTypeID={module}&Limit=3&Offset=1", f"Offset=1&Limit=3&CollectionTypeID={module}")
    ]
    expect_equal(responses[1], responses[0], "the answer with the parameters turned round")
