"""Tells how a run went: as text, JSON, JUnit XML and an HTML page."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.contract.harness.runner import Outcome

RESULTS = ("failed", "unexpected_pass", "known_deviation", "not_tested", "passed")
WORDS = {
    "passed": "passed",
    "failed": "failed",
    "not_tested": "not tested",
    "known_deviation": "known deviation",
    "unexpected_pass": "passed unexpectedly",
}
_TEMPLATES = Path(__file__).parent / "templates"


def now() -> str:
    """Return the present moment as reports print it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Report:
    """The outcomes of a run.

    Attributes:
        target: What was asked, such as its address.
        validated_at: When, in UTC.
        outcomes: How each rule went.
        notes: What else to know: CRMs left out, things left over in the account.
    """

    target: str
    validated_at: str = field(default_factory=now)
    outcomes: list[Outcome] = field(default_factory=list["Outcome"])
    notes: list[str] = field(default_factory=list[str])

    def add_notes(self, notes: Iterable[str]) -> None:
        """Take in what else to know, each thing once, whichever process says it."""
        self.notes = list(dict.fromkeys([*self.notes, *notes]))

    def sort(self) -> None:
        """Bring the outcomes into the order of the rules, whichever process sent them first."""
        self.outcomes.sort(key=lambda each: (each.rule, each.mode))

    def count(self) -> Counter[str]:
        """Return how many rules went how."""
        return Counter(each.result for each in self.outcomes)

    def list_of(self, *results: str) -> list[Outcome]:
        """Return the outcomes with one of some results."""
        return [each for each in self.outcomes if each.result in results]


def render_summary(report: Report) -> str:
    """Return one line: how many rules went how."""
    counts = report.count()
    told = ", ".join(f"{counts[result]} {WORDS[result]}" for result in reversed(RESULTS) if counts[result])
    return f"{len(report.outcomes)} rules of {report.target}, validated {report.validated_at}: {told or 'none'}"


def render_text(report: Report) -> str:
    """Return the matrix as text, a line a rule, and under it what went wrong."""
    lines = [render_summary(report), *report.notes, ""]
    width = max((len(each.rule) for each in report.outcomes), default=0)
    for each in report.outcomes:
        mode = f"  {each.mode}" if each.mode else ""
        lines.append(f"{WORDS[each.result]:20} {each.rule:{width}}  {each.provenance:10} {each.source}{mode}")
    for result in RESULTS[:-1]:
        for each in report.list_of(result):
            lines += ["", *explain(each)]
    return "\n".join(lines) + "\n"


def explain(outcome: Outcome) -> list[str]:
    """Say what happened to a rule, for a person to read."""
    head = f"{outcome.rule}: {WORDS[outcome.result]}"
    lines = [f"{head} ({outcome.mode})" if outcome.mode else head]
    lines.append(f"  the rule: {outcome.title}")
    lines.append(f"  says:     {outcome.source} ({outcome.provenance})")
    if outcome.sent:
        lines.append(f"  sent:     {outcome.sent}")
    if outcome.wanted:
        lines.append(f"  wanted:   {outcome.wanted}")
        lines.append(f"  came:     {outcome.came}")
        lines += [f"  note:     live servers do this too ({outcome.live})"] if outcome.live else []
        lines += [f"  note:     {outcome.message.partition(' - ')[0]}"] if outcome.result == "known_deviation" else []
    elif outcome.message:
        lines.append(f"  why:      {outcome.message}")
    return lines


def render_json(report: Report) -> str:
    """Return everything, for programs."""
    document: dict[str, Any] = {
        "target": report.target,
        "validated_at": report.validated_at,
        "counts": {result: report.count()[result] for result in RESULTS},
        "notes": report.notes,
        "rules": [each.as_json() for each in report.outcomes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def render_junit(report: Report) -> str:
    """Return JUnit XML: a known deviation and a rule that was not tested are skipped, each with its reason."""
    counts = report.count()
    skipped = counts["not_tested"] + counts["known_deviation"]
    suite = ET.Element(
        "testsuite",
        name="contract",
        tests=str(len(report.outcomes)),
        failures=str(counts["failed"]),
        errors="0",
        skipped=str(skipped),
        time=_seconds(sum(each.ms for each in report.outcomes)),
        timestamp=report.validated_at,
    )
    for each in report.outcomes:
        name = f"{each.rule}[{each.mode}]" if each.mode else each.rule
        case = ET.SubElement(suite, "testcase", classname=f"contract.{each.crm}", name=name, time=_seconds(each.ms))
        properties = ET.SubElement(case, "properties")
        for key, value in (("provenance", each.provenance), ("source", each.source), ("result", each.result)):
            ET.SubElement(properties, "property", name=key, value=value)
        if each.result == "failed":
            ET.SubElement(case, "failure", message=each.message).text = "\n".join(explain(each))
        elif each.result in ("not_tested", "known_deviation"):
            ET.SubElement(case, "skipped", message=each.message)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.3f}"


def render_html(report: Report) -> str:
    """Return the page for people."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    counts = report.count()
    return environment.get_template("report.html.jinja").render(
        report=report,
        words=WORDS,
        counts=[(result, counts[result]) for result in RESULTS],
        troubles=report.list_of("failed", "unexpected_pass", "known_deviation"),
        groups=_group(report.outcomes),
        has_modes=len({each.mode for each in report.outcomes}) > 1,
    )


def _group(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Return the outcomes by the theme of their rules, such as `minicrm.search`."""
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault(each.rule.rpartition(".")[0], []).append(each)
    return groups


def write_reports(report: Report, folder: Path) -> list[Path]:
    """Write all forms of the report into a folder, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.txt": render_text(report),
        "report.json": render_json(report),
        "junit.xml": render_junit(report),
        "report.html": render_html(report),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
