from __future__ import annotations

from mockserver.documents.near_misses import find_near_misses, suggest


def test_another_case_is_the_nearest_miss():
    assert find_near_misses("startswith", ["StartsWith", "Contains"]) == ["StartsWith"]


def test_a_typing_error_is_near():
    assert suggest("emial", ["email", "phone"]) == ' Did you mean "email"?'


def test_nothing_is_suggested_for_something_else():
    assert suggest("zzz", ["email", "phone"]) == ""


def test_several_near_names_are_all_offered():
    assert suggest("last_nam", ["last_name", "last_names", "phone"]) == ' Did you mean "last_name" or "last_names"?'
