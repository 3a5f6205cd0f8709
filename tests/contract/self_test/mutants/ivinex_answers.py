"""Wrong fakes of Ivinex: the encoding of requests, the shape of answers, logins and refusals."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

from mockserver.crm.api import ApiResponse
from mockserver.ivinex import search
from mockserver.ivinex.fake import IvinexFake
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import (
    alter_answers,
    alter_json,
    alter_requests,
    alter_rows,
    alter_texts,
    alter_values,
    decode_queries_by,
    forgives_logins,
    gives_always,
    lose_non_ascii,
    replaces,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest
    from mockserver.ivinex.filters import Filter


@wrong_fake("ivinex.query-decoded-twice", "ivinex.encoding.plus")
def decode_twice(patch: pytest.MonkeyPatch) -> None:
    """The query is decoded twice: a plus becomes a space and `%25` a percent sign that is decoded again."""
    alter_values(patch, "ivinex", lambda _name, value: unquote_plus(value))


@wrong_fake("ivinex.percent-decoded-twice", "ivinex.encoding.single-decode")
def decode_percent_twice(patch: pytest.MonkeyPatch) -> None:
    """Percent signs are decoded twice: a value of `100%25` is taken for `100%`."""
    alter_values(patch, "ivinex", lambda _name, value: unquote(value))


@wrong_fake("ivinex.plus-not-decoded", "ivinex.encoding.plus-is-space")
def keep_plus(patch: pytest.MonkeyPatch) -> None:
    """A plus in the query stays a plus instead of becoming a space."""
    decode_queries_by(patch, unquote)


@wrong_fake("ivinex.query-is-latin-1", "ivinex.encoding.unicode")
def read_latin_1(patch: pytest.MonkeyPatch) -> None:
    """The query is taken for Latin-1 rather than UTF-8."""
    alter_values(patch, "ivinex", lambda _name, value: value.encode().decode("latin-1"))


@wrong_fake("ivinex.values-html-escaped", "ivinex.create.texts")
def escape_html(patch: pytest.MonkeyPatch) -> None:
    """Values come back escaped for HTML: `&` as `&amp;`."""
    alter_json(patch, "ivinex", lambda _request, answer: alter_texts(answer, html.escape))


@wrong_fake("ivinex.filter-values-trimmed", "ivinex.filters.spaces-count")
def trim_values(patch: pytest.MonkeyPatch) -> None:
    """Values of filters lose the white space at their ends."""

    @replaces(patch, search, "build_condition")
    def build_condition(original: Callable[..., Any], module: object, wanted: Filter, hints: object) -> Any:
        value = wanted.value.strip() if isinstance(wanted.value, str) else wanted.value
        return original(module, replace(wanted, value=value), hints)


@wrong_fake("ivinex.non-ascii-lost", "ivinex.create.texts")
def lose_accents(patch: pytest.MonkeyPatch) -> None:
    """What is not ASCII comes back as a question mark."""
    alter_json(patch, "ivinex", lambda _request, answer: alter_texts(answer, lose_non_ascii))


@wrong_fake("ivinex.long-text-cut-on-reading", "ivinex.create.long-text")
def cut_on_reading(patch: pytest.MonkeyPatch) -> None:
    """Values come back cut at 255 characters."""
    alter_json(patch, "ivinex", lambda _request, answer: alter_texts(answer, lambda text: text[:255]))


@wrong_fake("ivinex.body-cut-at-1024", "ivinex.encoding.four-bytes")
def cut_body(patch: pytest.MonkeyPatch) -> None:
    """An answer ends after 1024 bytes."""
    alter_answers(patch, "ivinex", lambda _request, answer: replace(answer, body=answer.body[:1024]))


@wrong_fake("ivinex.values-are-numbers", "ivinex.records.values-are-text")
def print_numbers(patch: pytest.MonkeyPatch) -> None:
    """Values that are digits come as JSON numbers."""
    alter_rows(
        patch, "ivinex", lambda row: {k: int(v) if v and v.isascii() and v.isdigit() else v for k, v in row.items()}
    )


@wrong_fake("ivinex.nulls-are-texts", "ivinex.update.clears")
def print_nulls_as_texts(patch: pytest.MonkeyPatch) -> None:
    """A missing value comes as the text `null`."""
    alter_rows(patch, "ivinex", lambda row: {key: "null" if value is None else value for key, value in row.items()})


@wrong_fake("ivinex.record-id-renamed", "ivinex.records.id-alias")
def rename_id(patch: pytest.MonkeyPatch) -> None:
    """A record's id comes as `id` rather than `collection_id`."""
    alter_rows(patch, "ivinex", lambda row: {"id" if key == "collection_id" else key: row[key] for key in row})


@wrong_fake("ivinex.records-by-id", "ivinex.records.found-by-id")
def key_records_by_id(patch: pytest.MonkeyPatch) -> None:
    """The records of a search come as an object by id rather than a list."""

    def change(request: ApiRequest, answer: Any) -> Any:
        if request.method == "GET":
            answer["Records"] = {row["collection_id"]: row for row in answer["Records"]}
        return answer

    alter_json(patch, "ivinex", change)


@wrong_fake("ivinex.labels-always", "ivinex.options.labels")
def always_labels(patch: pytest.MonkeyPatch) -> None:
    """Option fields come as labels though nobody asked for LookupOptionText."""

    @replaces(patch, search, "_wants_labels")
    def wants_labels(_original: object, _text: object) -> bool:
        return True


@wrong_fake("ivinex.write-answers-an-object", "ivinex.create.answer")
def wrap_results(patch: pytest.MonkeyPatch) -> None:
    """A write answers an object with Records rather than the documented list."""
    alter_json(patch, "ivinex", lambda request, answer: {"Records": answer} if request.method == "POST" else answer)


def _alter_results(patch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Have every result of a write reach the caller changed."""
    alter_json(
        patch, "ivinex", lambda request, answer: [change(one) for one in answer] if request.method == "POST" else answer
    )


@wrong_fake("ivinex.written-ids-are-texts", "ivinex.update.answer")
def print_ids_as_texts(patch: pytest.MonkeyPatch) -> None:
    """A write answers its ids as texts rather than numbers."""
    _alter_results(patch, lambda one: {key: str(one[key]) if isinstance(one[key], int) else one[key] for key in one})


@wrong_fake("ivinex.status-in-small-letters", "ivinex.create.answer")
def print_small_status(patch: pytest.MonkeyPatch) -> None:
    """A write that went well answers `success`."""
    _alter_results(patch, lambda one: {**one, "Status": one["Status"].lower()})


@wrong_fake("ivinex.every-status-is-success", "ivinex.create.failed-record-alone")
def always_succeed(patch: pytest.MonkeyPatch) -> None:
    """A record that was refused answers Success too."""
    _alter_results(patch, lambda one: {**one, "Status": "Success", "Message": ""})


@wrong_fake("ivinex.related-records-missing", "ivinex.update.answer")
def leave_related_out(patch: pytest.MonkeyPatch) -> None:
    """A write's answer lacks RelatedRecords."""
    _alter_results(patch, lambda one: {key: one[key] for key in one if key != "RelatedRecords"})


@wrong_fake("ivinex.message-is-null", "ivinex.create.answer")
def print_null_message(patch: pytest.MonkeyPatch) -> None:
    """A write that went well has null for its Message."""
    _alter_results(patch, lambda one: {**one, "Message": one["Message"] or None})


@wrong_fake("ivinex.answers-are-html", "ivinex.create.media-type")
def call_it_html(patch: pytest.MonkeyPatch) -> None:
    """Answers are called HTML, as PHP does by itself."""
    alter_answers(patch, "ivinex", lambda _request, answer: replace(answer, content_type="text/html; charset=UTF-8"))


@wrong_fake("ivinex.login-not-checked", "ivinex.access.no-write-without-login")
def check_no_login(patch: pytest.MonkeyPatch) -> None:
    """Any login opens the account."""
    forgives_logins(patch, "ivinex", lambda _sent, _own: True)


@wrong_fake("ivinex.password-not-checked", "ivinex.access.wrong-password")
def check_no_password(patch: pytest.MonkeyPatch) -> None:
    """The user name alone opens the account."""
    forgives_logins(patch, "ivinex", lambda sent, own: sent.username == own[0])


@wrong_fake("ivinex.bad-login-is-an-empty-answer", "ivinex.access.status")
def answer_bad_login(patch: pytest.MonkeyPatch) -> None:
    """A wrong login is answered with 200 and no records."""
    gives_always(patch, IvinexFake, "refuse_login", ApiResponse.of_json({"Records": []}))


def _refuse_with(patch: pytest.MonkeyPatch, was: int, status: int, method: str = "") -> None:
    """Have refusals of one status come with another."""

    def change(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        return replace(answer, status=status) if answer.status == was and method in {"", request.method} else answer

    alter_answers(patch, "ivinex", change)


@wrong_fake("ivinex.bad-body-is-500", "ivinex.create.unreadable")
def crash_on_bad_body(patch: pytest.MonkeyPatch) -> None:
    """A body that is no JSON is answered with 500."""
    _refuse_with(patch, 400, 500, "POST")


@wrong_fake("ivinex.bad-search-is-500", "ivinex.filters.operand-case")
def crash_on_bad_search(patch: pytest.MonkeyPatch) -> None:
    """A search that cannot be read is answered with 500."""
    _refuse_with(patch, 400, 500, "GET")


@wrong_fake("ivinex.wrong-method-searches", "ivinex.access.methods")
def search_by_any_method(patch: pytest.MonkeyPatch) -> None:
    """Any method but POST searches."""
    alter_requests(
        patch, "ivinex", lambda request: request if request.method == "POST" else replace(request, method="GET")
    )


@wrong_fake("ivinex.refusals-are-empty-results", "ivinex.records.unknown-module-status")
def answer_nothing(patch: pytest.MonkeyPatch) -> None:
    """A refused search is answered with 200 and no records."""

    def change(request: ApiRequest, answer: ApiResponse) -> ApiResponse:
        if answer.status == 400 and request.method == "GET":
            return replace(answer, status=200, body=json.dumps({"Records": []}).encode())
        return answer

    alter_answers(patch, "ivinex", change)


@wrong_fake("ivinex.labels-on-the-first-page-alone", "ivinex.options.labels-on-every-page")
def label_the_first_page(patch: pytest.MonkeyPatch) -> None:
    """LookupOptionText is heeded on the first page alone."""

    def change(request: ApiRequest) -> ApiRequest:
        is_later = any(name == "Offset" and value != "0" for name, value in request.query)
        kept = [pair for pair in request.query if pair[0] != "LookupOptionText"]
        return replace(request, query=kept) if is_later else request

    alter_requests(patch, "ivinex", change)
