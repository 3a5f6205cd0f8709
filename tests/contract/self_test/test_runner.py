"""What a run makes of a rule: a result, and a message that a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.contract.harness.baseline import Deviation
from tests.contract.harness.checks import BrokenError, expect, expect_equal, expect_same_ids
from tests.contract.harness.modes import open_app_target
from tests.contract.harness.rules import CLIENTS, MANUAL, NotTestedError, all_rules, select_rules
from tests.contract.harness.runner import run_rule
from tests.contract.self_test.stubs import make_rule, open_stranger

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.target import Target

KNOWN = {"minicrm.test.rule": Deviation("minicrm.test.rule", "it counts otherwise", "2026-11-02")}


@pytest.fixture(scope="module")
def target() -> Generator[Target]:
    with open_stranger() as (target, _):
        yield target


def holds(_account: object) -> None:
    pass


def breaks(minicrm: MinicrmAccount) -> None:
    response = minicrm.send("GET", "/Api/R3/Project", {"Query": "a b'c"})
    expect_equal(response.status, 418, "the status", response, live="observed, grade A")


def raises(error: Exception) -> Any:
    def check(_account: object) -> None:
        raise error

    return check


def test_a_rule_that_holds_passes(target: Target):
    outcome = run_rule(make_rule(holds), target)
    assert (outcome.result, outcome.message, outcome.is_failure) == ("passed", "", False)


def test_a_broken_rule_tells_what_was_sent_wanted_and_came_without_the_login(target: Target):
    outcome = run_rule(make_rule(breaks), target)
    assert outcome.result == "failed"
    assert outcome.wanted == "the status to be 418"
    assert outcome.came == "200"
    assert outcome.sent == "curl -u LOGIN 'http://127.0.0.1/Api/R3/Project?Query=a+b%27c'"
    assert "live servers do this too: observed, grade A" in outcome.message
    assert outcome.requests == 1
    assert "demo-api-key" not in str(outcome.as_json())


def test_a_rule_that_lacks_its_data_is_not_tested(target: Target):
    outcome = run_rule(make_rule(raises(NotTestedError("no such data"))), target)
    assert (outcome.result, outcome.message) == ("not_tested", "no such data")


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("slow"), KeyError("Results"), TypeError("a list"), ValueError("x")]
)
def test_an_answer_that_cannot_be_read_is_a_failure_and_no_crash(target: Target, error: Exception):
    outcome = run_rule(make_rule(raises(error)), target)
    assert outcome.result == "failed"
    assert str(error) in outcome.came


def test_a_failure_that_is_known_does_not_fail_the_run(target: Target):
    outcome = run_rule(make_rule(breaks), target, KNOWN)
    assert (outcome.result, outcome.is_failure) == ("known_deviation", False)
    assert outcome.message.startswith("known: it counts otherwise")


def test_a_known_deviation_that_is_gone_is_told(target: Target):
    outcome = run_rule(make_rule(holds), target, KNOWN)
    assert (outcome.result, outcome.is_failure) == ("unexpected_pass", False)
    assert "2026-11-02" in outcome.message


def test_a_crm_without_a_login_is_left_out_and_says_so():
    async def refuse_all(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with open_app_target(refuse_all, logins={"minicrm": ("1", "2")}) as target:
        outcome = run_rule(make_rule(holds, crm="ivinex"), target)
    assert outcome.result == "not_tested"
    assert "IVINEX_USERNAME" in outcome.message
    assert "ivinex: left out, for IVINEX_USERNAME and IVINEX_PASSWORD are not set" in target.notes


def test_a_dead_server_fails_every_rule_and_raises_nothing():
    async def dead(*_: Any) -> None:
        pass

    with open_app_target(dead) as target:
        results = {run_rule(rule, target).result for rule in all_rules()[::25]}
    assert results <= {"failed", "not_tested"}


def test_a_rule_that_looks_for_what_the_account_has_not_is_not_tested(target: Target):
    assert run_rule(make_rule(raises(StopIteration())), target).result == "not_tested"


def test_a_server_on_this_machine_that_takes_no_seed_is_no_home():
    async def healthy(scope: Any, _receive: Any, send: Any) -> None:
        is_health = scope["path"] == "/_control/health"
        await send({"type": "http.response.start", "status": 200 if is_health else 405, "headers": []})
        await send({"type": "http.response.body", "body": b"{}" if is_health else b""})

    with open_app_target(healthy) as target:
        assert target.home is None
        assert not target.sandbox.is_open


def test_equality_tells_types_apart():
    for came, wanted in ((1, "1"), (True, 1), (1.0, 1)):
        with pytest.raises(BrokenError):
            expect_equal(came, wanted, "it")


def test_missing_surplus_and_doubled_ids_are_named():
    with pytest.raises(BrokenError) as caught:
        expect_same_ids(["1", "1", "3"], ["1", "2"], "the hits")
    assert caught.value.came == "1 missing (2); 1 that do not belong there (3); 1 doubled (1)"


def test_a_condition_that_holds_raises_nothing():
    expect(True, "it", "it")


def test_rules_are_selected_by_id_and_by_the_beginning_of_it():
    assert [rule.id for rule in select_rules(["minicrm.search.url"])] == ["minicrm.search.url"]
    assert {rule.crm for rule in select_rules(["ivinex."])} == {"ivinex"}
    assert select_rules([]) == all_rules()


def test_a_rule_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(LookupError, match=r"minicrm\.search\.url"):
        select_rules(["minicrm.search.ulr"])


def test_every_rule_says_where_it_stands():
    for rule in all_rules():
        assert rule.source.startswith((f"{rule.crm}.txt, ", f"{MANUAL}, ", f"{CLIENTS}, ")), rule.id
        assert rule.source.startswith(f"{rule.crm}.txt, ") or rule.provenance != "documented", rule.id
        assert rule.title.endswith((".", ")")), rule.id
        assert "grade" not in rule.title or rule.provenance != "documented", rule.id


def test_each_crm_has_many_rules_and_each_documented_example_is_one():
    counts = {crm: sum(rule.crm == crm for rule in all_rules()) for crm in ("ivinex", "minicrm")}
    examples = [rule for rule in all_rules() if ".example." in rule.id]
    assert (counts["ivinex"] > 120, counts["minicrm"] > 200, len(examples) >= 57 + 31) == (True, True, True), counts
