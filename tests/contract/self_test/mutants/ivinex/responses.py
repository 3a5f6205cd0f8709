"""Mutants of Ivinex: encoding, the shape of responses, logins and refusals."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from tests.contract.self_test.mutants.faults import (
    Fault,
    Row,
    alter_json,
    alter_request,
    alter_response,
    alter_rows,
    alter_status,
    alter_texts,
    alter_values,
    at,
    forgive_logins,
    ignore,
    keep_plus,
    lose_non_ascii,
    respond_to,
    set_query,
    when,
)
from tests.contract.self_test.mutants.ivinex.search import ID, alter_each_filter
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

mutant = mutants_of("ivinex")


def _alter_results(change: Callable[[Row], Row]) -> Fault:
    """Have every result of a write reach the caller changed."""
    return at("POST", alter_json(lambda results: [change(one) for one in results]))


# fmt: off
MUTANTS = (
    mutant("query-decoded-twice", "encoding.plus",
           "The query is decoded twice: a plus becomes a space and `%25` a percent sign that is decoded again.",
           alter_values(lambda _name, text: unquote_plus(text))),
    mutant("percent-decoded-twice", "encoding.single-decode",
           "Percent signs are decoded twice: a value of `100%25` is taken for `100%`.",
           alter_values(lambda _name, text: unquote(text))),
    mutant("plus-not-decoded", "encoding.plus-is-space",
           "A plus in the query stays a plus instead of becoming a space.",
           alter_request(lambda request: request), decode=keep_plus),
    mutant("query-is-latin-1", "encoding.unicode", "The query is taken for Latin-1 rather than UTF-8.",
           alter_values(lambda _name, text: text.encode().decode("latin-1"))),
    mutant("values-html-escaped", "create.texts", "Values come back escaped for HTML: `&` as `&amp;`.",
           alter_texts(html.escape)),
    mutant("filter-values-trimmed", "filters.spaces-count", "Values of filters lose the white space at their ends.",
           alter_each_filter(lambda each: {**each, "Value": str(each["Value"]).strip()})),
    mutant("non-ascii-lost", "create.texts", "What is not ASCII comes back as a question mark.",
           alter_texts(lose_non_ascii)),
    mutant("long-text-cut-on-reading", "create.long-text", "Values come back cut at 255 characters.",
           alter_texts(lambda text: text[:255])),
    mutant("body-cut-at-1024", "encoding.four-bytes", "A response ends after 1024 bytes.",
           alter_response(lambda came: replace(came, body=came.body[:1024]))),
    mutant("values-are-numbers", "records.values-are-text", "Values that are digits come as JSON numbers.",
           alter_rows(lambda row: {k: int(v) if v and v.isascii() and v.isdigit() else v for k, v in row.items()})),
    mutant("nulls-are-texts", "update.clears", "A missing value comes as the text `null`.",
           alter_rows(lambda row: {name: "null" if value is None else value for name, value in row.items()})),
    mutant("record-id-renamed", "records.id-alias", "A record's id comes as `id` rather than `collection_id`.",
           alter_rows(lambda row: {"id" if name == ID else name: value for name, value in row.items()})),
    mutant("records-by-id", "records.found-by-id",
           "The records of a search come as an object by id rather than a list.",
           at("GET", alter_json(lambda found: {"Records": {row[ID]: row for row in found["Records"]}}))),
    mutant("labels-always", "options.labels", "Option fields come as labels though nobody asked for LookupOptionText.",
           at("GET", set_query(LookupOptionText="1"))),
    mutant("write-answers-an-object", "create.answer",
           "A write responds with an object with Records rather than the documented list.",
           at("POST", alter_json(lambda results: {"Records": results}))),
    mutant("written-ids-are-texts", "update.answer", "A write responds with its ids as texts rather than numbers.",
           _alter_results(
               lambda one: {key: str(value) if isinstance(value, int) else value for key, value in one.items()}
           )),
    mutant("status-in-small-letters", "create.answer", "A write that went well responds with `success`.",
           _alter_results(lambda one: {**one, "Status": one["Status"].lower()})),
    mutant("every-status-is-success", "create.failed-record-alone",
           "A record that was refused has the Status Success too.",
           _alter_results(lambda one: {**one, "Status": "Success", "Message": ""})),
    mutant("related-records-missing", "update.answer", "The result of a write lacks RelatedRecords.",
           _alter_results(lambda one: {key: value for key, value in one.items() if key != "RelatedRecords"})),
    mutant("message-is-null", "create.answer", "A write that went well has null for its Message.",
           _alter_results(lambda one: {**one, "Message": one["Message"] or None})),
    mutant("answers-are-html", "create.media-type", "Responses are called HTML, as PHP does by itself.",
           alter_response(lambda came: replace(came, content_type="text/html; charset=UTF-8"))),
    mutant("login-not-checked", "access.no-write-without-login", "Any login opens the account.",
           forgive_logins(lambda _sent, _own: True)),
    mutant("password-not-checked", "access.wrong-password", "The user name alone opens the account.",
           forgive_logins(lambda sent, own: sent[0] == own[0])),
    mutant("bad-login-is-an-empty-answer", "access.status", "A wrong login gets 200 and no records.",
           respond_to(401, {"Records": []})),
    mutant("bad-body-is-500", "create.unreadable", "A body that is no JSON gets 500.",
           at("POST", alter_status(400, 500))),
    mutant("bad-search-is-500", "filters.operand-case", "A search that cannot be read gets 500.",
           at("GET", alter_status(400, 500))),
    mutant("wrong-method-searches", "access.methods", "Any method but POST searches.",
           when(lambda sent: sent.method != "POST", alter_request(lambda sent: replace(sent, method="GET")))),
    mutant("refusals-are-empty-results", "records.unknown-module-status", "A refused search gets 200 and no records.",
           at("GET", respond_to(400, {"Records": []}))),
    mutant("labels-on-the-first-page-alone", "options.labels-on-every-page",
           "LookupOptionText is heeded on the first page alone.",
           when(lambda sent: dict(sent.query).get("Offset", "0") != "0", ignore("LookupOptionText"))),
)
# fmt: on
