"""What counts as another shape, on small samples."""

from __future__ import annotations

import pytest

from mockserver.live.drift.diff import Difference, compare_sides
from mockserver.live.drift.responses import DriftResponse, Side, learn_side
from mockserver.live.drift.shape import NameKey
from mockserver.minicrm.live.drift import MinicrmQuestions


def keep_names(_endpoint: str) -> NameKey:
    return lambda _place, key: key


def compare(account: list[object], fake: list[object]) -> list[tuple[str, str, str, str]]:
    sides = [learn_side([DriftResponse("GET /x", 200, "application/json", one, b"1") for one in side], keep_names)
             for side in (account, fake)]  # fmt: skip
    return [(one.kind, one.place, one.account, one.fake) for one in compare_sides("minicrm", *sides)]


NO_DRIFT: list[tuple[list[object], list[object]]] = [
    ([{"a": 1}], [{"a": 2}]),
    ([{"12": {"a": 1}}], [{"7": {"a": 1}, "8": {"a": 3}}]),
    ([[1, 2, 3]], [[9]]),
    ([[]], [[1]]),
    ([{}], [{}]),
    ([{"a": ""}], [{"a": "x"}]),
    ([{"a": "x"}], [{"a": ""}]),
    ([{"a": ""}], [{"a": "2026-01-02 03:04:05"}]),
    ([{"a": "2026-01-02 03:04:05"}], [{"a": "x"}]),
    ([{"a": 1}], [{"a": 1.5}]),
    ([{"a": 1}], [{"a": 1}, {"a": ""}]),
    ([{"a": 1}], [{"a": 1, "b": 2}, {"a": 1}]),
    ([{"a": 1, "b": 1}, {"b": 1, "a": 1}], [{"b": 1, "a": 1}, {"a": 1, "b": 1}]),
    ([{"1": 1, "3": 1}], [{"3": 1, "1": 1}]),
]


@pytest.mark.parametrize(("account", "fake"), NO_DRIFT)
def test_values_and_what_the_fake_does_at_times_are_no_drift(account: list[object], fake: list[object]) -> None:
    assert compare(account, fake) == []


DRIFT: list[tuple[list[object], list[object], tuple[str, str, str, str]]] = [
    ([{"a": "1"}], [{"a": 1}], ("type changed", "a", "text", "whole number")),
    ([{"a": 1.5}], [{"a": 1}], ("type changed", "a", "decimal number", "whole number")),
    ([{"a": None}], [{"a": ""}], ("type changed", "a", "null", "empty text")),
    ([{"a": True}], [{"a": 1}], ("type changed", "a", "true or false", "whole number")),
    (
        [{"a": "2026-01-02T03:04:05Z"}],
        [{"a": "2026-01-02 03:04:05"}],
        ("type changed", "a", "text", "date and time as text"),
    ),
    ([[]], [{}], ("type changed", "", "list", "object")),
    ([{"a": 1, "b": 1}], [{"a": 1}], ("added", "b", "whole number", "never there")),
    ([{}], [{"a": 1}], ("missing", "a", "never there", "whole number")),
    ([{}, {"a": 1}], [{"a": 1}], ("sometimes missing", "a", "not always there", "always there")),
    ([{"a": 1, "b": 1}], [{"b": 1, "a": 1}], ("order changed", "", "a before b", "b before a")),
    ([{"3": 1, "1": 1}], [{"1": 1, "3": 1}], ("order changed", "*", "ids in any order", "ids ascend")),
    ([{"7": [{"a": "x"}]}], [{"9": [{"a": 1}]}], ("type changed", "*.[].a", "text", "whole number")),
]


@pytest.mark.parametrize(("account", "fake", "difference"), DRIFT)
def test_another_shape_is_named(
    account: list[object], fake: list[object], difference: tuple[str, str, str, str]
) -> None:
    assert compare(account, fake) == [difference]


def test_status_media_type_and_the_way_of_writing_are_compared() -> None:
    def learn(status: int, media_type: str, raw: bytes) -> Side:
        answers = [DriftResponse("GET /x", status, media_type, {}, raw), DriftResponse("GET /y", 200, "a/b", {}, raw)]
        return learn_side(answers, keep_names)

    fake = learn(200, "application/json", b'{"a":"\\/"}')
    assert compare_sides("minicrm", fake, fake) == []
    assert compare_sides("minicrm", learn(500, "text/html", b"{}"), fake) == [
        Difference("minicrm", "GET /x", "", "status", "500", "200")
    ]
    assert compare_sides("minicrm", learn(200, "text/html", b'{"a":"/"}'), fake) == [
        Difference("minicrm", "GET /x", "", "media type", "text/html", "application/json"),
        Difference("minicrm", "all answers", "slashes", "form", "plain", r"escaped as \/"),
    ]


def test_the_fields_of_an_account_are_data_and_their_types_are_not() -> None:
    questions = MinicrmQuestions()

    def answers(schema: dict[str, object], project: dict[str, object]) -> list[DriftResponse]:
        return [
            DriftResponse("GET /Schema/Project/{module}", 200, "application/json", schema),
            DriftResponse("GET /Project/{id}", 200, "application/json", project),
        ]

    fake = answers({"Id": "Int", "Int1": "Int", "Text1": "Text(9)"}, {"Id": 1, "Int1": 5, "Text1": "x"})

    def drift(schema: dict[str, object], project: dict[str, object]) -> list[tuple[str, str]]:
        account = answers(schema, project)
        sides = [
            learn_side(one, questions.build_key_names(one, other)) for one, other in ((account, fake), (fake, account))
        ]
        return [(one.kind, one.place) for one in compare_sides("minicrm", *sides)]

    assert drift({"Id": "Int", "Budget": "Int"}, {"Id": 2, "Budget": 7}) == []
    assert drift({"Id": "Int"}, {"Id": 2}) == []
    assert drift({"Id": "Int", "Budget": "Int"}, {"Id": 2, "Budget": "7"}) == [
        ("type changed", "(own field of type Int)")
    ]
    assert drift({"Id": "Int", "Budget": "Int"}, {"Id": 2, "Surprise": 7}) == [("added", "Surprise")]


def test_details_without_their_schema_are_not_compared() -> None:
    detail = DriftResponse("GET /Project/{id}", 200, "application/json", {"Id": 1})
    schema = DriftResponse("GET /Schema/Project/{module}", 200, "application/json", {"Id": "Int"})
    assert MinicrmQuestions().choose_comparable([detail]) == []
    assert MinicrmQuestions().choose_comparable([detail, schema]) == [detail, schema]
