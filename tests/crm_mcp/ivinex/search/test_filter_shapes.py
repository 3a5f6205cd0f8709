"""Filters in the shapes that models send: what is meant is asked, what cannot be told is refused with an example."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.ivinex.models import OPERANDS
from crm_mcp.ivinex.search.filter_shapes import read_filters
from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

SEARCH = f"GET {RECORDS}"
SHAPES: list[tuple[Any, str]] = [
    ([{"field": "email", "operand": "In", "value": '["a", "b"]'}], 'email In "a,b"'),
    ([{"field": "email", "operand": "In", "value": ["a", "b"]}], 'email In "a,b"'),
    ([{"field": "email", "operand": "In", "value": "[1, 2]"}], 'email In "1,2"'),
    ([{"field": "email", "value": ["a", "b"]}], 'email In "a,b"'),
    ([{"field": "email", "operator": "equals", "value": "a"}], 'email Equal "a"'),
    ([{"Field": "email", "Operand": "eq", "Value": "a"}], 'email Equal "a"'),
    ([{"Field": "email", "Operand_Name": "equal", "Value": "a"}], 'email Equal "a"'),
    ([{"field": "email", "op": "=", "value": ["a"]}], 'email Equal "a"'),
    ([{"field": "created_date", "operand": ">=", "value": "2026-01-01"}], 'created_date GreaterThanEqual "2026-01-01"'),
    ([{"field": "phone", "operand": "not_equal", "value": 5}], 'phone NotEqual "5"'),
    ([{"name": "email", "operator": "starts with", "value": "a"}], 'email StartsWith "a"'),
    ([["email", "!=", "a"]], 'email NotEqual "a"'),
    ({"email": "a"}, 'email Equal "a"'),
    ({"email": ["a", "b"]}, 'email In "a,b"'),
    ({"name": "a"}, 'name Equal "a"'),
    ({"email": {"contains": "a"}}, 'email Contains "a"'),
    ({"email": {"operator": "contains", "value": "a"}}, 'email Contains "a"'),
    ({"email": {"$ne": "a"}}, 'email NotEqual "a"'),
    ('{"email": "a"}', 'email Equal "a"'),
    ('[{"field": "email", "operand": "Equal", "value": "a"}]', 'email Equal "a"'),
    (['{"field": "email", "operand": "Equal", "value": "a"}'], 'email Equal "a"'),
    ([{"field": "email", "operand": "Equal", "value": None}], 'email Equal ""'),
]


@pytest.mark.parametrize(("filters", "asked"), SHAPES, ids=str)
@pytest.mark.parametrize("tool", ["search_records", "summarize_records"])
def test_a_filter_in_another_shape_asks_what_was_meant(crms: CrmStub, tool: str, filters: Any, asked: str) -> None:
    in_session(lambda client: call(client, tool, module="contact", filters=filters))
    (sent,) = json.loads(
        next(query for query in crms.queries_of(SEARCH) if "Filters" in query)["Filters"],
    )
    assert f'{sent["Field"]} {sent["Operand"]} "{sent["Value"]}"' == asked


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (["email = a"], "write {"),
        ([{"field": "email"}], "needs field, operand and value"),
        ([{"field": "email", "operand": "Equal"}], "needs field, operand and value"),
        ([{"field": "email", "operand": "between", "value": "1"}], "GreaterThanEqual and LessThanEqual"),
        ([{"field": "email", "operand": "not in", "value": ["a"]}], "NotEqual"),
        ([{"field": "email", "operand": "is null", "value": ""}], "Equal with an empty value"),
        ([{"field": "email", "operand": "sounds like", "value": "a"}], "Use one of Equal, In"),
        ([{"field": "email", "operand": "Equal", "value": "a", "case": "no"}], "'case' does not belong"),
        ([{"field": "email", "name": "x", "operand": "Equal", "value": "a"}], "does not belong"),
        ([{"field": "email", "operand": "In", "value": "['a', 'b']"}], "not valid JSON"),
        ('[{"field": "email"', "not valid JSON"),
    ],
)
def test_a_filter_that_cannot_be_told_is_refused_unsent_with_how_to_write_it(
    crms: CrmStub, filters: Any, says: str
) -> None:
    assert says in in_session(lambda client: fail(client, "search_records", module="contact", filters=filters))
    assert crms.calls == []


def test_the_value_of_a_filter_has_one_type_in_the_schema(crms: CrmStub) -> None:
    """Gemini refuses the whole request where there are several."""
    assert not crms.calls
    tools = in_session(lambda client: client.list_tools()).tools
    (schema,) = [tool.input_schema for tool in tools if tool.name == "search_records"]
    condition = schema["properties"]["filters"]["items"]
    assert {key: value["type"] for key, value in condition["properties"].items()} == {
        "field": "string",
        "operand": "string",
        "value": "string",
    }


@given(
    st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True),
    st.sampled_from(OPERANDS),
    st.text() | st.integers() | st.booleans(),
)
def test_each_spelling_of_a_condition_is_read_as_the_same(field: str, operand: str, value: object) -> None:
    expected = [{"field": field, "operand": operand, "value": value}]
    if operand == "In" and isinstance(value, str) and value.strip().startswith("["):
        return
    for shape in (
        expected,
        expected[0],
        [{"field": field, "operator": operand.lower(), "value": value}],
        [[field, operand.upper(), value]],
        json.dumps(expected),
    ):
        assert read_filters(shape) == expected
