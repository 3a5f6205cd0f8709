"""Wrong fakes of MiniCRM: which projects a search finds, and the encoding of its parameters."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

from mockserver.minicrm import project_search, projects
from mockserver.minicrm.search import Conditions
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_requests, alter_values, decode_queries_by, is_search, replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest


@wrong_fake("minicrm.query-decoded-twice", "minicrm.contact-search.email-plus")
def decode_twice(patch: pytest.MonkeyPatch) -> None:
    """The query is decoded twice: a plus becomes a space and `%25` a percent sign that is decoded again."""
    alter_values(patch, "minicrm", lambda _name, value: unquote_plus(value))


@wrong_fake("minicrm.percent-decoded-twice", "minicrm.field-search.text")
def decode_percent_twice(patch: pytest.MonkeyPatch) -> None:
    """Percent signs are decoded twice."""
    alter_values(patch, "minicrm", lambda _name, value: unquote(value))


@wrong_fake("minicrm.plus-not-decoded", "minicrm.updated-since.plus-is-space")
def keep_plus(patch: pytest.MonkeyPatch) -> None:
    """A plus in the query stays a plus, so that the documented UpdatedSince is no moment."""
    decode_queries_by(patch, unquote)


@wrong_fake("minicrm.query-is-latin-1", "minicrm.contact-search.accents")
def read_latin_1(patch: pytest.MonkeyPatch) -> None:
    """The query is taken for Latin-1 rather than UTF-8."""
    alter_values(patch, "minicrm", lambda _name, value: value.encode().decode("latin-1"))


@wrong_fake("minicrm.values-end-at-an-ampersand", "minicrm.field-search.text")
def cut_at_ampersand(patch: pytest.MonkeyPatch) -> None:
    """An encoded ampersand ends a value."""
    alter_values(patch, "minicrm", lambda _name, value: value.partition("&")[0])


def _drop_parameters(patch: pytest.MonkeyPatch, *names: str, entity: str = "") -> None:
    def change(request: ApiRequest) -> ApiRequest:
        if not is_search(request, entity):
            return request
        return replace(request, query=[pair for pair in request.query if pair[0] not in names])

    alter_requests(patch, "minicrm", change)


@wrong_fake("minicrm.query-ignored", "minicrm.contact-search.phone")
def ignore_query(patch: pytest.MonkeyPatch) -> None:
    """Query is ignored."""
    _drop_parameters(patch, "Query")


@wrong_fake("minicrm.status-group-ignored", "minicrm.project-search.status-group")
def ignore_status_group(patch: pytest.MonkeyPatch) -> None:
    """StatusGroup is ignored."""
    _drop_parameters(patch, "StatusGroup")


@wrong_fake("minicrm.status-ignored", "minicrm.project-search.status")
def ignore_status(patch: pytest.MonkeyPatch) -> None:
    """StatusId is ignored."""
    _drop_parameters(patch, "StatusId")


@wrong_fake("minicrm.user-ignored", "minicrm.project-search.user")
def ignore_user(patch: pytest.MonkeyPatch) -> None:
    """UserId is ignored."""
    _drop_parameters(patch, "UserId")


@wrong_fake("minicrm.updated-since-ignored", "minicrm.updated-since.plus-is-space")
def ignore_updated_since(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince is ignored."""
    _drop_parameters(patch, "UpdatedSince")


@wrong_fake("minicrm.deleted-ignored", "minicrm.project-search.trash-hidden-by-query")
def ignore_deleted(patch: pytest.MonkeyPatch) -> None:
    """Deleted=1 is ignored, so that nothing lists the trash."""
    _drop_parameters(patch, "Deleted", entity="Project")


@wrong_fake("minicrm.second-criterion-ignored", "minicrm.project-search.trash-hidden")
def ignore_second(patch: pytest.MonkeyPatch) -> None:
    """Only the first criterion of a project search counts."""

    @replaces(patch, project_search, "_build_conditions")
    def build_conditions(original: Callable[..., Conditions], call: Any, parameters: Any, known: Any) -> Conditions:
        return original(call, dict(list(parameters.items())[:1]), known)


@wrong_fake("minicrm.criteria-joined-by-or", "minicrm.project-search.no-match")
def join_by_or(patch: pytest.MonkeyPatch) -> None:
    """A project that meets any one of the criteria is found."""

    class AnyCondition(Conditions):
        @property
        def sql(self) -> str:
            hidden = [part for part in self.parts if part == "(deleted = 0)"]
            others = " OR ".join(part for part in self.parts if part != "(deleted = 0)")
            return " AND ".join([*hidden, f"({others})"] if others else hidden) or "1"

    patch.setattr(project_search, "Conditions", AnyCondition)


def _change_condition(
    patch: pytest.MonkeyPatch, change: Callable[[str, tuple[Any, ...]], tuple[str, tuple[Any, ...]]]
) -> None:
    """Have each condition of a project search be other SQL; `change` is given SQL and parameters."""

    class ChangedConditions(Conditions):
        def add(self, sql: str, *parameters: object) -> None:
            changed, values = change(sql, parameters)
            super().add(changed, *values)

    patch.setattr(project_search, "Conditions", ChangedConditions)


@wrong_fake("minicrm.updated-since-exclusive", "minicrm.updated-since.inclusive")
def exclude_the_moment(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince leaves out what was updated in that very second."""
    _change_condition(patch, lambda sql, values: (sql.replace("updated_at >=", "updated_at >"), values))


@wrong_fake("minicrm.updated-since-by-the-date", "minicrm.updated-since.exact")
def compare_dates_alone(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince looks at the date and not at the time."""
    _change_condition(patch, lambda sql, values: (sql, (values[0][:10],) if sql.startswith("updated_at") else values))


def _shift_moment(moment: str, hours: int) -> str:
    return (dt.datetime.fromisoformat(moment) + dt.timedelta(hours=hours)).isoformat(" ")


@wrong_fake("minicrm.updated-since-in-utc", "minicrm.updated-since.plus-is-space")
def take_for_utc(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince is taken for UTC, so that it lies an hour too late."""
    _change_condition(
        patch,
        lambda sql, values: (sql, (_shift_moment(values[0], 1),) if sql.startswith("updated_at") else values),
    )


@wrong_fake("minicrm.updated-since-backwards", "minicrm.updated-since.after-a-write")
def look_backwards(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince finds what was updated before."""
    _change_condition(patch, lambda sql, values: (sql.replace("updated_at >=", "updated_at <="), values))


@wrong_fake("minicrm.updated-since-is-created-since", "minicrm.updated-since.after-a-write")
def look_at_creation(patch: pytest.MonkeyPatch) -> None:
    """UpdatedSince looks at when a project was created."""
    _change_condition(patch, lambda sql, values: (sql.replace("updated_at >=", "created_at >="), values))


@wrong_fake("minicrm.trash-shown", "minicrm.project-search.trash-hidden")
def show_trash(patch: pytest.MonkeyPatch) -> None:
    """A search shows trashed projects among the others."""
    _change_condition(patch, lambda sql, values: ("1" if sql == "deleted = 0" else sql, values))


@wrong_fake("minicrm.trash-shown-by-full-text", "minicrm.project-search.trash-hidden-by-query")
def show_trash_by_query(patch: pytest.MonkeyPatch) -> None:
    """A full-text search shows trashed projects."""

    @replaces(patch, project_search, "_build_conditions")
    def build_conditions(original: Callable[..., Conditions], call: Any, parameters: Any, known: Any) -> Conditions:
        found = original(call, parameters, known)
        if "Query" in parameters:
            found.parts = ["(1)" if part == "(deleted = 0)" else part for part in found.parts]
        return found


@wrong_fake("minicrm.status-group-finds-open", "minicrm.project-search.status-group")
def always_open(patch: pytest.MonkeyPatch) -> None:
    """StatusGroup finds open projects, whatever the group."""

    @replaces(patch, project_search, "_match_status_group")
    def match(original: Callable[..., None], call: Any, conditions: Any, _text: str) -> None:
        original(call, conditions, "Open")


@wrong_fake("minicrm.unknown-status-group-finds-all", "minicrm.project-search.unknown-status-group")
def take_any_group(patch: pytest.MonkeyPatch) -> None:
    """A StatusGroup that does not exist is ignored."""

    @replaces(patch, project_search, "_match_status_group")
    def match(original: Callable[..., None], call: Any, conditions: Any, text: str) -> None:
        if text in {"Lead", "Open", "Success", "Failed"}:
            original(call, conditions, text)


def _match_words_by(patch: pytest.MonkeyPatch, build: Callable[[str], tuple[str, list[object]]]) -> None:
    """Have a full-text search be other SQL over `words` of `minicrm_project_words`."""

    @replaces(patch, project_search, "match_words")
    def match_words(_original: object, _kind: str, query: str) -> tuple[str, list[object]]:
        sql, values = build(query)
        return f"id IN (SELECT rowid FROM minicrm_project_words WHERE {sql})", values  # noqa: S608 - SQL of this file


@wrong_fake("minicrm.query-finds-whole-names", "minicrm.project-search.new-name")
def find_whole_names(patch: pytest.MonkeyPatch) -> None:
    """Query finds projects whose whole name it is."""

    @replaces(patch, project_search, "match_words")
    def match_words(_original: object, _kind: str, query: str) -> tuple[str, list[object]]:
        return "name = ?", [query]


@wrong_fake("minicrm.query-minds-case", "minicrm.project-search.full-text")
def mind_case(patch: pytest.MonkeyPatch) -> None:
    """Query tells capitals from small letters."""
    _match_words_by(patch, lambda query: ("instr(words, ?) > 0", [query]))


@wrong_fake("minicrm.query-takes-like-wildcards", "minicrm.project-search.no-wildcards")
def take_wildcards(patch: pytest.MonkeyPatch) -> None:
    """In Query `%` and `_` are wildcards, as in an unescaped LIKE."""
    _match_words_by(patch, lambda query: ("words LIKE ?", [f"%{query}%"]))


@wrong_fake("minicrm.query-finds-any-word", "minicrm.project-search.two-words")
def find_any_word(patch: pytest.MonkeyPatch) -> None:
    """Of several words in Query any one is enough."""
    _match_words_by(patch, lambda query: ("words MATCH ?", [" OR ".join(f'"{word}"' for word in query.split())]))


@wrong_fake("minicrm.query-is-search-syntax", "minicrm.project-search.no-wildcards")
def take_syntax(patch: pytest.MonkeyPatch) -> None:
    """Query is taken for the search engine's own syntax: `OR`, `NOT` and `*` mean something."""
    _match_words_by(patch, lambda query: ("words MATCH ?", [re.sub(r"[^\w\s*]", " ", query)]))


@wrong_fake("minicrm.fields-take-like-wildcards", "minicrm.field-search.text")
def like_fields(patch: pytest.MonkeyPatch) -> None:
    """In a search by a text field `%` and `_` are wildcards."""

    @replaces(patch, project_search, "match_field")
    def match_field(original: Callable[..., Any], each: Any, expression: str, text: str, language: Any) -> Any:
        return (f"{expression} LIKE ?", [text]) if each.kind == "Text" else original(each, expression, text, language)


@wrong_fake("minicrm.fields-found-by-their-beginning", "minicrm.field-search.whole-text")
def find_by_beginning(patch: pytest.MonkeyPatch) -> None:
    """A search by a text field finds what begins with the value."""

    @replaces(patch, project_search, "match_field")
    def match_field(original: Callable[..., Any], each: Any, expression: str, text: str, language: Any) -> Any:
        if each.kind == "Text":
            return f"instr({expression}, ?) = 1", [text]
        return original(each, expression, text, language)


@wrong_fake("minicrm.unknown-parameter-ignored", "minicrm.contact-search.unknown-parameter")
def ignore_unknown(patch: pytest.MonkeyPatch) -> None:
    """A criterion that does not exist is ignored: everything is found."""

    def change(request: ApiRequest) -> ApiRequest:
        if not is_search(request):
            return request
        known = {*project_search.PARAMETERS, *projects.COLUMNS, "Email", "Phone", "Type", "FirstName", "LastName"}
        return replace(request, query=[pair for pair in request.query if pair[0] in known])

    alter_requests(patch, "minicrm", change)
