"""`crm-mock serve --deviation`."""

from __future__ import annotations

import httpx
import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.fake_process import running_fake


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("count-as-text", ('"count-is-text"', "The deviations are")),
        ("count-is-text=maybe", ("must be on or off",)),
    ],
)
def test_a_wrong_one_is_one_clear_line_and_exit_code_2(option: str, words: tuple[str, ...]):
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--deviation", option])
    assert result.exit_code == 2
    assert result.stderr.startswith("crm-mock: --deviation: ")
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words)


def test_each_one_turns_a_switch_on_top_of_the_profile():
    options = ("--profile", "observed", "--deviation", "count-is-text", "--deviation", "slashes-are-escaped=off")
    with running_fake("--seed", "empty", *options) as fake:
        health = httpx.get(f"{fake.url}/_control/health", trust_env=False).json()
    on = {each["name"] for each in health["deviations"] if each["on"]}
    assert health["profile"] == "observed"
    assert {"count-is-text", "search-ids-are-ints"} <= on
    assert "slashes-are-escaped" not in on
