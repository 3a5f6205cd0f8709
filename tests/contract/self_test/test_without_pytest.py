"""`crm-mock contract`: the suite without pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.fake_process import running_fake
from tests.contract.harness.whole_run import run

if TYPE_CHECKING:
    from mockserver.fake_process import FakeServer


def play(**options: object) -> tuple[int, str]:
    lines: list[str] = []
    code = run({"name_prefix": "contract-", "write_budget": 40, **options}, lines.append)
    return code, "\n".join(lines)


def test_what_keeps_the_rules_passes(fake_server: FakeServer) -> None:
    code, told = play(target=fake_server.url, rule=("ivinex.paging.limit",))
    assert code == 0
    assert "1 passed" in told


def test_what_breaks_a_rule_is_told_and_fails() -> None:
    with running_fake("--seed", "empty", "--profile", "observed") as server:
        code, told = play(target=server.url, rule=("minicrm.search.project-types",))
    assert code == 1
    assert "wanted:   Id to be text" in told


def test_an_option_that_cannot_be_meant_is_told_and_asks_nobody() -> None:
    assert play(rule=("no.such.rule",))[0] == 2
    code, told = play(target="fake.example")
    assert code == 2
    assert "http://" in told


def test_an_address_where_nothing_answers_is_told_in_one_line() -> None:
    code, told = play(target="http://127.0.0.1:1")
    assert code == 2
    assert told == "crm-mock contract: nothing answers at http://127.0.0.1:1"
