"""What can be held to the Dockerfile without a Docker engine; the images themselves are not built here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.mcp_play import both_crms

ROOT = Path(__file__).parents[2]
TOKEN = "some-long-random-text"


class Stage(NamedTuple):
    """One stage: what it begins from, and its instructions, each with its arguments."""

    base: str
    instructions: list[tuple[str, str]]

    def all_of(self, name: str) -> list[str]:
        return [rest for instruction, rest in self.instructions if instruction == name]

    def one(self, name: str) -> str:
        (arguments,) = self.all_of(name)
        return arguments


def read_stages() -> dict[str, Stage]:
    """Return the Dockerfile's stages by name, in order, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    stages: dict[str, Stage] = {}
    for line in text.splitlines():
        if line.startswith("FROM "):
            _, base, _, name = line.split()
            stages[name] = Stage(base, [])
        elif line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            list(stages.values())[-1].instructions.append((name, rest.strip()))
    return stages


STAGES = read_stages()
PROGRAMS = {"server": "crm_mcp", "fake": "mockserver"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def list_copies() -> list[tuple[str, str]]:
    copies = [rest.split() for rest in STAGES["build"].all_of("COPY")]
    return [(source, words[-1]) for words in copies for source in words[:-1]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What the build stage's /src holds: the files that are copied and nothing else."""
    for source, target in list_copies():
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "self_test")
            shutil.copytree(ROOT / source, tmp_path / target, ignore=ignored)
        else:
            (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, tmp_path / target)
    return tmp_path


def test_everything_that_is_copied_is_let_through_to_the_engine():
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_through == {source for source, _ in list_copies()}


def test_what_is_copied_is_enough_to_build_the_wheel(source: Path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    assert list((source / "dist").glob("*.whl"))
    needs, project = STAGES["build"].all_of("RUN")
    assert "--no-deps --force-reinstall ." in project
    (constraints,) = re.findall(r"--constraint (\S+) '\.\[(?:\w|,)+\]'$", needs)
    assert (source / constraints).exists()
    (extras,) = re.findall(r"'\.\[(.+)\]'$", needs)
    assert set(extras.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_a_plain_build_makes_the_fake():
    assert list(STAGES)[-1] == "fake"


def test_python_is_one_that_is_supported_and_the_same_where_it_was_built():
    bases = {stage.base for stage in STAGES.values()} - set(STAGES)
    (base,) = bases
    (version,) = re.findall(r"^python:(3\.\d+)-slim$", base)
    assert f"Programming Language :: Python :: {version}" in PROJECT["project"]["classifiers"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_runs_as_a_user_without_rights_and_holds_no_secret(name: str):
    stage = STAGES[name]
    assert f"--uid {stage.one('USER')} " in STAGES[stage.base].one("RUN")
    order = [instruction for instruction, _ in stage.instructions]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert "RUN" not in order
    told = " ".join(rest for each in STAGES.values() for _, rest in [*each.instructions])
    assert not re.search(r"(?i)(api_key|password|http_token|control_token)=", told)
    assert not any(each.all_of("ARG") for each in STAGES.values())


@pytest.mark.parametrize("name", PROGRAMS)
def test_its_command_answers_and_its_health_check_tells_it_from_a_dead_one(name: str, source: Path):
    stage = STAGES[name]
    (entry_point,) = json.loads(stage.one("ENTRYPOINT"))
    assert PROJECT["project"]["scripts"][entry_point].partition(".")[0] == PROGRAMS[name]
    # The same command, at a free port, with only the copied files to import from.
    command = [sys.executable, "-m", PROGRAMS[name], *json.loads(stage.one("CMD")), "--port", "0"]
    environment = {**os.environ, **both_crms("http://127.0.0.1:9"), "CRM_MCP_STORE": "memory"}
    environment |= {"CRM_MCP_HTTP_TOKEN": TOKEN, "CRM_MOCK_CONTROL_TOKEN": TOKEN}
    with subprocess.Popen(
        command, cwd=source, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            port = find_port(process)
            assert check_health(stage, port, TOKEN) == 0
            assert name == "server" or check_health(stage, port, "wrong") != 0
        finally:
            process.terminate()
    assert check_health(stage, port, TOKEN) != 0


def find_port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://0\.0\.0\.0:(\d+)", line):
            return int(found[1])
    raise AssertionError("it ended without listening")


def test_the_server_refuses_to_listen_without_a_token(source: Path):
    command = [sys.executable, "-m", "crm_mcp", *json.loads(STAGES["server"].one("CMD")), "--port", "0"]
    environment = {**os.environ, **both_crms("http://127.0.0.1:9"), "CRM_MCP_STORE": "memory"}
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "CRM_MCP_HTTP_TOKEN" in done.stderr


def check_health(stage: Stage, port: int, token: str) -> int:
    """Run the image's health check against a port and return its exit code."""
    program, *command = json.loads(stage.one("HEALTHCHECK").partition("CMD ")[2])
    assert program == "python"
    there = f":{stage.one('EXPOSE')}"
    assert sum(there in word for word in command) == 1
    here = [word.replace(there, f":{port}") for word in command]
    environment = {**os.environ, "CRM_MOCK_CONTROL_TOKEN": token}
    return subprocess.run([sys.executable, *here], env=environment, capture_output=True, check=False).returncode
