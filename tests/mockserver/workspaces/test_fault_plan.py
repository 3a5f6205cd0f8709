from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.workspaces.fault_plan import KINDS, FaultPlanError, parse_plan, show_plan
from tests.mockserver.conftest import StartFake

FULL_PLAN: dict[str, Any] = {
    "seed": 7,
    "rules": [
        {
            "match": {"method": "PUT", "path": "/Api/R3/Project*", "workspace": "m*", "nth": 2},
            "probability": 0.5,
            "times": 3,
            "fault": {
                "kind": "status",
                "status": 429,
                "headers": {"Retry-After": "30"},
                "body": {"wait": True},
                "delay_s": {"min": 0.1, "max": 0.2},
            },
        },
        {"match": {}, "probability": 1.0, "times": 0, "fault": {"kind": "reset"}},
    ],
}


NO_RULE: dict[str, object] = {}
NO_LIST: list[object] = []


def rule(fault: object = None, **more: object) -> dict[str, object]:
    return {"rules": [{"fault": {"kind": "reset"} if fault is None else fault, **more}]}


def test_a_plan_is_shown_as_it_was_put():
    assert show_plan(parse_plan(FULL_PLAN)) == FULL_PLAN


def test_what_is_left_out_or_null_is_shown_with_its_default():
    plan = parse_plan({"rules": [{"match": None, "times": None, "fault": {"kind": "html", "status": None}}]})

    assert show_plan(plan) == {
        "seed": 1,
        "rules": [{"match": {}, "probability": 1.0, "times": 0, "fault": {"kind": "html"}}],
    }
    assert show_plan(parse_plan({})) == {"seed": 1, "rules": []}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken(kind: str):
    fault = {"kind": kind, "delay_s": 0.5} | ({"status": 500} if kind == "status" else {})

    assert show_plan(parse_plan(rule(fault)))["rules"] == [
        {"match": {}, "probability": 1.0, "times": 0, "fault": fault}
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (NO_LIST, "the plan: must be an object, not a list"),
        ({"rule": NO_LIST}, 'rule: no such key; a plan has seed, rules. Did you mean "rules"'),
        ({"seed": "x"}, 'seed: must be a whole number, not the text "x"'),
        ({"rules": NO_RULE}, "rules: must be a list of rules, not an object"),
        ({"rules": [5]}, r"rules\[0\]: must be an object, not the number 5"),
        ({"rules": [NO_RULE]}, r"rules\[0\].fault: is missing"),
        (rule(matches={}), r'rules\[0\].matches: no such key.*Did you mean "match"'),
        (rule(probability=1.5), r"rules\[0\].probability: must be a number from 0 to 1, not the number 1.5"),
        (rule(probability=True), r"rules\[0\].probability: must be a number"),
        (rule(times=-1), r"rules\[0\].times: must be a whole number from 0 on"),
        (rule(match={"nht": 1}), r'rules\[0\].match.nht: no such key.*Did you mean "nth"'),
        (rule(match={"nth": 0}), r"rules\[0\].match.nth: must be a whole number from 1 on"),
        (rule(match={"method": "PUTT"}), r'rules\[0\].match.method: .*Did you mean "PUT"'),
        (rule(match={"method": 5}), r"rules\[0\].match.method: must be text"),
        (rule(match={"path": "/Api/R3/Project?Page=1"}), r"rules\[0\].match.path: is compared without the query"),
        (rule(match={"path": "/API/Record.php"}), r'rules\[0\].match.path: .*Did you mean "/API/Records.php"'),
        (rule(match={"path": "/api/r3/*"}), r'rules\[0\].match.path: .*Did you mean "/Api/R3/\*"'),
        (rule({}), r"rules\[0\].fault.kind: write one of status, .*it is missing"),
        (rule({"kind": "rest"}), r'rules\[0\].fault.kind: .*Did you mean "reset"'),
        (rule({"kind": "reset", "staus": 1}), r'rules\[0\].fault.staus: no such key.*Did you mean "status"'),
        (rule({"kind": "reset", "status": 500}), r"rules\[0\].fault.status: means nothing to the kind reset"),
        (rule({"kind": "status"}), r"rules\[0\].fault.status: is missing"),
        (rule({"kind": "status", "status": 99}), r"rules\[0\].fault.status: must be a whole number from 200"),
        (rule({"kind": "status", "status": 600}), r"rules\[0\].fault.status: must be an HTTP status"),
        (rule({"kind": "status", "status": 204, "body": "x"}), r"rules\[0\].fault.body: .*has no body"),
        (rule({"kind": "html", "headers": {"a b": "x"}}), r"rules\[0\].fault.headers: 'a b' is no name"),
        (rule({"kind": "html", "headers": {"a": "x\r\ny: z"}}), r"rules\[0\].fault.headers.a: must be text of one"),
        (rule({"kind": "html", "headers": {"a": "\u20ac"}}), r"rules\[0\].fault.headers.a: must be text of one"),
        (rule({"kind": "html", "headers": {"Content-Length": 1}}), r"headers.Content-Length: is counted by the server"),
        (rule({"kind": "latency"}), r"rules\[0\].fault.delay_s: is missing"),
        (rule({"kind": "drip", "delay_s": -1}), r"rules\[0\].fault.delay_s: must be seconds"),
        (rule({"kind": "drip", "delay_s": 10**400}), r"rules\[0\].fault.delay_s: must be seconds"),
        (rule({"kind": "drip", "delay_s": {"min": 2, "max": 1}}), r"rules\[0\].fault.delay_s: min must not exceed max"),
        (rule({"kind": "drip", "delay_s": {"max": "1"}}), r"rules\[0\].fault.delay_s.max: must be seconds"),
        (rule({"kind": "drip", "delay_s": {"mean": 1}}), r"rules\[0\].fault.delay_s.mean: no such key"),
    ],
)
def test_a_document_that_is_no_plan_is_refused_with_the_path_of_what_is_wrong(document: object, message: str):
    with pytest.raises(FaultPlanError, match=message):
        parse_plan(document)


def test_the_plan_is_put_read_and_deleted(start_fake: StartFake):
    fake = start_fake()

    put = fake.client.put("/_control/faults", json=FULL_PLAN)

    assert (put.status_code, put.json()) == (200, FULL_PLAN)
    assert fake.client.get("/_control/faults").json() == FULL_PLAN
    assert fake.client.delete("/_control/faults").json() == {"status": "ok", "deleted": 2}
    assert fake.client.get("/_control/faults").json() == {"seed": 1, "rules": []}


@pytest.mark.parametrize("body", [{"rules": [{"fault": {"kind": "rest"}}]}, {"rules": 3}])
def test_a_refused_plan_leaves_the_old_one_in_force(start_fake: StartFake, body: object):
    fake = start_fake()
    fake.client.put("/_control/faults", json=FULL_PLAN)

    answer = fake.client.put("/_control/faults", json=body)

    assert answer.status_code == 400
    assert re.match("rules", answer.json()["error"])
    assert fake.client.get("/_control/faults").json() == FULL_PLAN


def test_a_workspaces_plan_cannot_name_another_workspace(start_fake: StartFake):
    fake = start_fake()
    fake.client.post("/_control/workspaces", json={"name": "mine"})

    for name, status in (("mine", 200), ("m*", 200), ("default", 400)):
        answer = fake.client.put("/_control/faults?workspace=mine", json=rule(match={"workspace": name}))
        assert answer.status_code == status
