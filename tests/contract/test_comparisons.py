"""The comparisons that the contract rests on see what they must see, and nothing else."""

from __future__ import annotations

import pytest

from tests.contract.interactions import differences
from tests.contract.shapes import shape_differences


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ({"Id": 1234}, {"Id": "1234"}),
        ({"Id": 1}, {"Id": True}),
        ({"Id": 1}, {"Id": 2}),
        ({"Id": 1}, {}),
        ({}, {"Id": 1}),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ({"Results": {}}, {"Results": []}),
        ({"Name": ""}, {"Name": None}),
    ],
)
def test_another_value_or_type_is_a_difference(want: object, got: object):
    assert len(differences(want, got)) >= 1


def test_the_order_of_keys_is_no_difference():
    assert differences({"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"d": 3, "c": 2}], "a": 1}) == []


def test_a_volatile_place_may_hold_another_value_of_the_same_type():
    volatile = frozenset({"/0/CollectionID"})
    assert differences([{"CollectionID": 1}], [{"CollectionID": 2}], volatile) == []
    assert differences([{"CollectionID": 1}], [{"CollectionID": "2"}], volatile)
    assert differences([{"CollectionID": 1}], [{"collection_id": 1}], volatile)
    assert differences([{"CollectionID": 1}, {"CollectionID": 1}], [{"CollectionID": 1}, {"CollectionID": 2}], volatile)


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (
            {"Count": 1, "Results": {"1234": {"Id": "1234"}}},
            {"Count": 7, "Results": {"5": {"Id": "5"}, "6": {"Id": "6"}}},
        ),
        ([{"Id": 1}], [{"Id": 2}, {"Id": 3}]),
        ([{"Phone": ""}, {"Phone": 36}], [{"Phone": 1}, {"Phone": ""}]),
    ],
)
def test_the_same_keys_and_types_are_the_same_shape(want: object, got: object):
    assert shape_differences(want, got) == []


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ({"Results": {"1234": {"Id": "1234"}}}, {"Results": {"1234": {"Id": 1234}}}),
        ({"Results": {"1234": {"Id": "1234"}}}, {"Results": []}),
        ({"Results": {"1234": {"Id": "1234"}}}, {"Results": {}}),
        ({"3": "Sales"}, {"Name": "Sales"}),
        ([{"Id": 1}], [{"Id": 2, "Name": "x"}]),
        ([{"Id": 1}], []),
        ({"Name": "x"}, {"Name": None}),
    ],
)
def test_other_keys_or_types_are_another_shape(want: object, got: object):
    assert shape_differences(want, got)


def test_an_account_may_have_further_fields_and_empty_ones_where_that_is_allowed():
    want, got = [{"first_name": "John"}], [{"first_name": None, "last_name": "Doe"}]
    assert shape_differences(want, got, may_have_more=True) == []
    assert shape_differences(want, [{"last_name": "Doe"}], may_have_more=True)
