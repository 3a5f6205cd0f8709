"""The workflows do what `make` does, on every Python that is promised, and hold no secret of their own."""

from __future__ import annotations

import re
import subprocess
from typing import Any, cast

import yaml

from release.check_tag import find_faults
from release.project import PROJECT, REPOSITORY, ROOT, VERSION
from release.steps import AUDIT_OF_WORKFLOWS

WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}


def list_steps(name: str) -> list[dict[str, Any]]:
    jobs = cast("dict[str, dict[str, Any]]", WORKFLOWS[name]["jobs"])
    return [step for job in jobs.values() for step in job.get("steps", [])]


def test_every_python_that_is_promised_is_tried() -> None:
    prefix = "Programming Language :: Python :: 3."
    promised = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if each.startswith(prefix)]
    assert WORKFLOWS["ci"]["jobs"]["pythons"]["strategy"]["matrix"]["python"] == promised


def test_what_a_release_publishes_is_what_make_dist_makes() -> None:
    assert set(WORKFLOWS) == {"ci", "release"}
    assert [step for step in list_steps("release") if step.get("run") == "make dist"]
    assert [step for step in list_steps("ci") if step.get("run") == "bash .ci/run"]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in WORKFLOWS:
        runs = " ".join(str(step.get("run", "")) for step in list_steps(name))
        assert set(re.findall(r"\bmake ([a-z-]+)", runs)) <= targets


def test_nothing_is_published_that_was_not_tested_and_built_by_a_tag() -> None:
    release = WORKFLOWS["release"]
    assert release[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads `on` as true
    for name, job in release["jobs"].items():
        writes = [scope for scope, right in job.get("permissions", {}).items() if right == "write"]
        needed = set(job.get("needs", []))
        assert not writes or needed & {"build", "index"}, name


def test_rights_are_few_and_no_secret_is_kept() -> None:
    for name, text in TEXTS.items():
        assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
        assert "secrets." not in text
        assert not re.search(r"https?://", text)


def test_each_action_is_pinned_to_a_commit_and_no_checkout_keeps_its_login() -> None:
    for name, text in TEXTS.items():
        for used in re.findall(r"uses: (?!\./)(.*)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+.*", used), used
        checkouts = [step for step in list_steps(name) if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_an_action_is_the_same_commit_wherever_it_is_used() -> None:
    used = {line for text in TEXTS.values() for line in re.findall(r"uses: ([\w./-]+@[0-9a-f]{40})", text)}
    assert len({line.partition("@")[0] for line in used}) == len(used)


def test_the_audit_that_make_dist_begins_with_finds_nothing() -> None:
    audited = subprocess.run(AUDIT_OF_WORKFLOWS, cwd=ROOT, capture_output=True, text=True, check=False)
    assert audited.returncode == 0, audited.stdout


def test_a_tag_or_an_address_that_is_not_the_projects_stops_the_release() -> None:
    assert not list(find_faults(f"v{VERSION}", REPOSITORY))
    (fault,) = find_faults("v99.0", REPOSITORY)
    assert f"tag v{VERSION}" in fault
    (fault,) = find_faults(f"v{VERSION}", "https://forge.example/us/crm")
    assert "[project.urls]" in fault
