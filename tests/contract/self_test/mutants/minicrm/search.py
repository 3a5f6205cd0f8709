"""Mutants of MiniCRM: which projects a search finds, and the encoding of its parameters."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from tests.contract.self_test.mutants.faults import (
    Ask,
    Row,
    alter_parameter,
    alter_request,
    alter_values,
    at,
    ignore,
    keep_plus,
    when,
    with_query,
)
from tests.contract.self_test.mutants.minicrm.account import (
    SEARCH,
    Search,
    fetch_schemas,
    find,
    keep,
    kind_of,
    unite,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest
    from tests.contract.self_test.mutants.faults import Fault

mutant = mutants_of("minicrm")

_GROUPS = {"Lead", "Open", "Success", "Failed"}
_PARAMETERS = {"Query", "StatusGroup", "UpdatedSince", "MainContactId", "Page", "ReferenceId"}


def _ignore_second(request: HttpRequest) -> HttpRequest:
    names = [name for name, _ in request.query if name != "Page"]
    return with_query(request, **dict.fromkeys(names[1:]))


def _find_any(search: Search) -> list[Row]:
    """Return the projects that meet any one of the criteria."""
    return unite(*(search.list_only(**{name: text}) for name, text in search.criteria.items()))


def _alter_moment(change: Callable[[dt.datetime], dt.datetime]) -> Fault:
    """Have UpdatedSince be another moment, where it is one."""

    def change_text(text: str) -> str:
        try:
            return change(dt.datetime.fromisoformat(text)).isoformat(" ", "seconds")
        except ValueError:
            return text

    return at(SEARCH, alter_parameter("UpdatedSince", change_text))


def _look_backwards(search: Search) -> list[Row]:
    since = {row["Id"] for row in search.list_rows()}
    return [row for row in search.list_rows(UpdatedSince=None) if row["Id"] not in since]


def _show_trash(search: Search) -> list[Row]:
    return unite(search.list_rows(), [] if "Deleted" in search.criteria else search.list_rows(Deleted="1"))


def _holds(search: Search, row: Row) -> bool:
    return any(search.criteria["Query"] in str(value) for value in search.fetch(row).values())


def _is_like(value: str, pattern: str) -> bool:
    signs = {"%": ".*", "_": "."}
    expression = "".join(signs.get(sign) or re.escape(sign) for sign in pattern)
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None


def _find_like(search: Search) -> list[Row]:
    pattern = f"%{search.criteria['Query']}%"
    return unite(search.list_rows(), [row for row in search.list_rows(Query=None) if _is_like(row["Name"], pattern)])


def _find_any_word(search: Search) -> list[Row]:
    return unite(*(search.list_rows(Query=word) for word in search.criteria["Query"].split()))


def _take_syntax(search: Search) -> list[Row]:
    """Return what the search engine's own words mean: a word that ends in a star is the beginning of one."""
    wanted = search.criteria["Query"]
    if not wanted.endswith("*"):
        return unite(*(search.list_rows(Query=text) for text in wanted.split(" OR ")))
    words = re.compile(rf"\b{re.escape(wanted[:-1])}", re.IGNORECASE)
    return [row for row in search.list_rows(Query=None) if words.search(row["Name"])]


def _match_texts(test: Callable[[str, str], bool]) -> Fault:
    """Have a search by a text field match otherwise; `test` is given a project's value and the wanted one."""

    def select(search: Search) -> list[Row]:
        schema = fetch_schemas(search.ask, search.request)
        texts = {name: text for name, text in search.criteria.items() if kind_of(name, schema) == "Text"}
        if not texts:
            return search.list_rows()
        details = [(row, search.fetch(row)) for row in search.list_rows(**dict.fromkeys(texts))]
        return [row for row, has in details if all(test(str(has.get(name, "")), texts[name]) for name in texts)]

    return at("GET Project", find(select))


def _ignore_unknown(ask: Ask, request: HttpRequest) -> ApiResponse:
    known = {*_PARAMETERS, *fetch_schemas(ask, request)}
    return ask(with_query(request, **{name: None for name, _ in request.query if name not in known}))


# fmt: off
MUTANTS = (
    mutant("query-decoded-twice", "contact-search.email-plus",
           "The query is decoded twice: a plus becomes a space and `%25` a percent sign that is decoded again.",
           alter_values(lambda _name, text: unquote_plus(text))),
    mutant("percent-decoded-twice", "field-search.text", "Percent signs are decoded twice.",
           alter_values(lambda _name, text: unquote(text))),
    mutant("plus-not-decoded", "updated-since.plus-is-space",
           "A plus in the query stays a plus, so that the documented UpdatedSince is no moment.",
           alter_request(lambda request: request), decode=keep_plus),
    mutant("query-is-latin-1", "contact-search.accents", "The query is taken for Latin-1 rather than UTF-8.",
           alter_values(lambda _name, text: text.encode().decode("latin-1"))),
    mutant("values-end-at-an-ampersand", "field-search.text", "An encoded ampersand ends a value.",
           alter_values(lambda _name, text: text.partition("&")[0])),
    mutant("query-ignored", "contact-search.phone", "Query is ignored.",
           at(SEARCH, ignore("Query"))),
    mutant("status-group-ignored", "project-search.status-group", "StatusGroup is ignored.",
           at(SEARCH, ignore("StatusGroup"))),
    mutant("status-ignored", "project-search.status", "StatusId is ignored.",
           at(SEARCH, ignore("StatusId"))),
    mutant("user-ignored", "project-search.user", "UserId is ignored.",
           at(SEARCH, ignore("UserId"))),
    mutant("updated-since-ignored", "updated-since.plus-is-space", "UpdatedSince is ignored.",
           at(SEARCH, ignore("UpdatedSince"))),
    mutant("deleted-ignored", "project-search.trash-hidden-by-query",
           "Deleted=1 is ignored, so that nothing lists the trash.",
           at("GET Project", ignore("Deleted"))),
    mutant("second-criterion-ignored", "project-search.trash-hidden",
           "Only the first criterion of a project search counts.",
           at("GET Project", alter_request(_ignore_second))),
    mutant("criteria-joined-by-or", "project-search.no-match", "A project that meets any one of the criteria is found.",
           at("GET Project", find(_find_any))),
    mutant("updated-since-exclusive", "updated-since.inclusive",
           "UpdatedSince leaves out what was updated in that very second.",
           _alter_moment(lambda moment: moment + dt.timedelta(seconds=1))),
    mutant("updated-since-by-the-date", "updated-since.exact", "UpdatedSince looks at the date and not at the time.",
           _alter_moment(lambda moment: moment.replace(hour=0, minute=0, second=0))),
    mutant("updated-since-in-utc", "updated-since.inclusive",
           "UpdatedSince is taken for UTC, so that it lies an hour too late.",
           _alter_moment(lambda moment: moment + dt.timedelta(hours=1))),
    mutant("updated-since-backwards", "updated-since.after-a-write", "UpdatedSince finds what was updated before.",
           find(_look_backwards, "UpdatedSince")),
    mutant("trash-shown", "project-search.trash-hidden", "A search shows trashed projects among the others.",
           at("GET Project", find(_show_trash))),
    mutant("trash-shown-by-full-text", "project-search.trash-hidden-by-query",
           "A full-text search shows trashed projects.",
           at("GET Project", find(_show_trash, "Query"))),
    mutant("status-group-finds-open", "project-search.status-group",
           "StatusGroup finds open projects, whatever the group.",
           alter_parameter("StatusGroup", lambda _group: "Open")),
    mutant("unknown-status-group-finds-all", "project-search.unknown-status-group",
           "A StatusGroup that does not exist is ignored.",
           when(lambda sent: dict(sent.query).get("StatusGroup", "Open") not in _GROUPS, ignore("StatusGroup"))),
    mutant("query-finds-whole-names", "project-search.new-name", "Query finds projects whose whole name it is.",
           at("GET Project", keep(lambda search, row: row["Name"] == search.criteria["Query"], "Query"))),
    mutant("query-minds-case", "project-search.full-text", "Query tells capitals from small letters.",
           at("GET Project", keep(_holds, "Query"))),
    mutant("query-takes-like-wildcards", "project-search.no-wildcards",
           "In Query `%` and `_` are wildcards, as in an unescaped LIKE.",
           at("GET Project", find(_find_like, "Query"))),
    mutant("query-finds-any-word", "project-search.two-words", "Of several words in Query any one is enough.",
           at("GET Project", find(_find_any_word, "Query"))),
    mutant("query-is-search-syntax", "project-search.no-wildcards",
           "Query is taken for the search engine's own syntax: `OR` and `*` mean something.",
           at("GET Project", find(_take_syntax, "Query"))),
    mutant("fields-take-like-wildcards", "field-search.text", "In a search by a text field `%` and `_` are wildcards.",
           _match_texts(_is_like)),
    mutant("fields-found-by-their-beginning", "field-search.whole-text",
           "A search by a text field finds what begins with the value.",
           _match_texts(lambda value, text: value.startswith(text))),
    mutant("unknown-parameter-ignored", "contact-search.unknown-parameter",
           "A criterion that does not exist is ignored: everything is found.",
           at(SEARCH, _ignore_unknown)),
)
# fmt: on
