"""Options, variables and baselines that cannot be meant are refused with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.harness.baseline import BaselineError, read_baseline
from tests.contract.harness.options import OptionError, read_target_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.harness.target import TargetSettings

LOGIN = {"MINICRM_SYSTEM_ID": "1", "MINICRM_API_KEY": "2"}
ENTRY = {"rule": "minicrm.search.url", "why": "relative", "since": "2026-11-02"}


def read(environment: dict[str, str] | None = None, **options: Any) -> TargetSettings:
    given = {"target": "https://crm.example/", "name_prefix": "contract-", "write_budget": 5, **options}
    return read_target_settings(given.get, environment if environment is not None else LOGIN)


def test_both_crms_are_at_the_target_unless_a_variable_says_otherwise():
    assert read().urls == {"ivinex": "https://crm.example", "minicrm": "https://crm.example"}
    urls = read({**LOGIN, "MINICRM_URL": "https://r3.minicrm.hu"}).urls
    assert urls == {"ivinex": "https://crm.example", "minicrm": "https://r3.minicrm.hu"}


def test_only_a_crm_with_a_login_is_asked():
    assert dict(read().logins) == {"minicrm": ("1", "2")}


def test_modules_come_from_the_variable():
    assert dict(read({"IVINEX_MODULES": "contact=7, note=8"}).ivinex_modules) == {"contact": "7", "note": "8"}


def test_without_a_sandbox_nothing_may_be_written():
    assert not read().sandbox.is_open


def test_a_sandbox_takes_its_places_prefix_and_budget():
    sandbox = read(sandbox=["minicrm.module=3", "minicrm.contact=5"], accept_leftovers=False).sandbox
    assert dict(sandbox.places) == {"minicrm.module": "3", "minicrm.contact": "5"}
    assert (sandbox.prefix, sandbox.budget, sandbox.accepts_leftovers, sandbox.is_home) == (
        "contract-",
        5,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"target": "crm.example"}, "http"),
        ({"sandbox": ["minicrm.modul=3"]}, "minicrm.module=ID"),
        ({"sandbox": ["minicrm.module=Sales"]}, "minicrm.module=ID"),
        ({"sandbox": ["minicrm.module=3"]}, "go together"),
        ({"sandbox": ["ivinex.module=1001"]}, "--accept-leftovers"),
        ({"sandbox": ["minicrm.module=3", "minicrm.contact=5"], "name_prefix": ""}, "--name-prefix"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any], why: str):
    with pytest.raises(OptionError, match=why):
        read(**options)


@pytest.mark.parametrize(
    ("environment", "why"),
    [({"IVINEX_USERNAME": "x"}, "IVINEX_PASSWORD is not set"), ({"IVINEX_MODULES": "contact"}, "contact=1001")],
)
def test_half_a_login_and_nameless_modules_are_refused(environment: dict[str, str], why: str):
    with pytest.raises(OptionError, match=why):
        read(environment)


@pytest.mark.parametrize("name", ["known.json", "known.yaml"])
def test_a_baseline_is_json_or_yaml(tmp_path: Path, name: str):
    texts = {
        "known.json": '{"deviations": [{"rule": "minicrm.search.url", "why": "relative", "since": "2026-11-02"}]}',
        "known.yaml": "deviations:\n- rule: minicrm.search.url\n  why: relative\n  since: 2026-11-02\n",
    }
    (tmp_path / name).write_text(texts[name], encoding="utf-8")
    known = read_baseline(tmp_path / name)["minicrm.search.url"]
    assert (known.rule, known.why, known.since) == tuple(ENTRY.values())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "deviations"),
        ("{", "known.json"),
        ('{"deviations": [1]}', "object"),
        ('{"deviations": [{"rule": "minicrm.search.url", "why": "x"}]}', "lacks since"),
        ('{"deviations": [{"rule": "minicrm.nonsense", "why": "x", "since": "y"}]}', "no rule"),
    ],
)
def test_a_baseline_that_cannot_be_read_says_why(tmp_path: Path, text: str, why: str):
    (tmp_path / "known.json").write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=why):
        read_baseline(tmp_path / "known.json")


def test_a_baseline_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(BaselineError, match="nowhere"):
        read_baseline(tmp_path / "nowhere.json")
