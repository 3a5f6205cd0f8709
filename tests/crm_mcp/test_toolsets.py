from __future__ import annotations

import pytest

from crm_mcp.errors import SettingsError
from crm_mcp.toolsets import parse_toolsets

FURTHER = ("history", "money")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", {"default"}),
        ("default", {"default"}),
        ("money", {"money"}),
        ("default,money", {"default", "money"}),
        (" Default , HISTORY,", {"default", "history"}),
        ("all", {"default", "history", "money"}),
        ("money,all", {"default", "history", "money"}),
    ],
)
def test_a_toolset_alone_is_served_alone_and_default_adds_the_usual_tools(text: str, chosen: set[str]) -> None:
    assert parse_toolsets(text, FURTHER) == chosen


@pytest.mark.parametrize(
    ("text", "hint"), [("mony", "Did you mean money?"), ("xyz", "There are default, history, money, all.")]
)
def test_a_toolset_that_does_not_exist_is_refused_with_those_that_do(text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=r"names '\w+', which is no toolset") as refused:
        parse_toolsets(text, FURTHER)
    assert hint in str(refused.value)
