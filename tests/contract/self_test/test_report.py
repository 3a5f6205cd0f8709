"""The reports say the same thing in four forms, and say it safely."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.contract.harness.report import Report, render_html, render_junit, render_text, write_reports
from tests.contract.harness.runner import Outcome
from tests.contract.self_test.stubs import json_of, make_outcome

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-11-02T10:11:12+00:00"


@pytest.fixture
def report() -> Report:
    failed = make_outcome(
        "failed",
        rule="minicrm.b.failed",
        wanted="<b>1</b>",
        came="<i>2</i>",
        sent="curl X",
        message="wanted 1",
        live="A",
    )
    outcomes = [
        failed,
        make_outcome("passed", rule="minicrm.a.passed"),
        make_outcome("not_tested", rule="minicrm.c.not-tested", message="no data"),
        make_outcome(
            "known_deviation", rule="minicrm.d.known", message="known: as ever - wanted 1", wanted="1", came="2"
        ),
        make_outcome("unexpected_pass", rule="minicrm.e.pass", message="take it out"),
    ]
    report = Report("http://127.0.0.1:1", AT, outcomes, ["ivinex: left out"])
    report.sort()
    return report


def test_the_text_has_a_line_for_each_rule_and_a_reason_for_each_that_did_not_pass(report: Report):
    text = render_text(report)
    assert f"validated {AT}: 1 passed, 1 not tested, 1 known deviation, 1 passed unexpectedly, 1 failed" in text
    assert "ivinex: left out" in text
    for part in (
        "wanted:   <b>1</b>",
        "came:     <i>2</i>",
        "sent:     curl X",
        "why:      no data",
        "why:      take it out",
    ):
        assert part in text
    assert text.index("minicrm.a.passed") < text.index("minicrm.b.failed")


def test_the_junit_file_counts_failures_and_skips(report: Report):
    suite = ET.fromstring(render_junit(report)).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "timestamp", "time")}
    assert counts == {"tests": "5", "failures": "1", "errors": "0", "skipped": "2", "timestamp": AT, "time": "7.500"}
    assert [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None] == [
        "minicrm.b.failed"
    ]


def test_the_page_says_everything_and_escapes_what_came(report: Report):
    page = render_html(report)
    assert "&lt;i&gt;2&lt;/i&gt;" in page
    assert "<i>2</i>" not in page
    for part in (f'<time datetime="{AT}">', "minicrm.a.passed", "no data", "Live servers do this too (A)", "as ever"):
        assert part in page


def test_the_json_file_reads_back_as_the_outcomes(report: Report, tmp_path: Path):
    paths = write_reports(report, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.txt", "report.json", "junit.xml", "report.html"]
    document = json.loads(paths[1].read_text(encoding="utf-8"))
    assert document["validated_at"] == AT
    assert document["counts"]["failed"] == 1
    assert [Outcome(**each) for each in document["rules"]] == report.outcomes


def test_an_outcome_survives_its_way_between_processes():
    outcome = make_outcome("failed", wanted="ő 🎉")
    assert Outcome(**json_of(outcome)) == outcome


def test_a_note_is_kept_once():
    report = Report("x")
    report.add_notes(["a", "a"])
    report.add_notes(["a", "b"])
    assert report.notes == ["a", "b"]
