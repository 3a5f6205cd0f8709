"""What can be held to the Dockerfile without a Docker engine; the image itself is not built here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "some-long-random-text"


def read_instructions() -> list[tuple[str, str]]:
    """Return each instruction of the Dockerfile with its arguments, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


INSTRUCTIONS = read_instructions()


def get_arguments(name: str) -> str:
    (arguments,) = [rest for instruction, rest in INSTRUCTIONS if instruction == name]
    return arguments


def list_copies() -> list[tuple[str, str]]:
    copies = [rest.split() for name, rest in INSTRUCTIONS if name == "COPY"]
    return [(source, words[-1]) for words in copies for source in words[:-1]]


@pytest.fixture
def image_root(tmp_path: Path) -> Path:
    """What the image's /src holds: the files that are copied and nothing else."""
    for source, target in list_copies():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, tmp_path / target)
    return tmp_path


def test_everything_that_is_copied_is_let_through_to_the_engine():
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_through == {source for source, _ in list_copies()}


def test_everything_that_the_build_names_is_copied(image_root: Path):
    project = tomllib.loads((image_root / "pyproject.toml").read_text())
    named = [project["project"]["readme"], *project["project"]["license-files"]]
    named += project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert all((image_root / name).exists() for name in named)
    constraints = re.search(r"pip install .*--constraint (\S+) \.", dict(INSTRUCTIONS)["RUN"])
    assert constraints
    assert (image_root / constraints[1]).exists()


def test_it_runs_without_rights_on_a_python_that_is_supported():
    assert get_arguments("FROM") == "python:3.12-slim"
    order = [name for name, _ in INSTRUCTIONS]
    assert order.index("RUN") < order.index("USER") < order.index("ENTRYPOINT")
    assert get_arguments("USER") not in {"root", "0"}
    assert f"{get_arguments('USER')} " in dict(INSTRUCTIONS)["RUN"]


def test_its_command_answers_its_health_check_passes_and_its_control_wants_the_token(image_root: Path):
    entry_point = json.loads(get_arguments("ENTRYPOINT"))
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"][entry_point[0]]
    # The same command, at a free port, with only the copied files to import from.
    command = [sys.executable, "-m", "mockserver", *json.loads(get_arguments("CMD")), "--port", "0"]
    environment = {**os.environ, "CRM_MOCK_CONTROL_TOKEN": TOKEN}
    with subprocess.Popen(command, cwd=image_root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            listening = re.fullmatch(r"listening on http://0\.0\.0\.0:(\d+)\n", process.stdout.readline())
            assert listening
            port = int(listening[1])
            assert check_health(port, TOKEN) == 0
            assert check_health(port, "wrong") != 0
        finally:
            process.terminate()
    assert check_health(port, TOKEN) != 0


def check_health(port: int, token: str) -> int:
    """Run the image's health check against a port and return its exit code."""
    command = json.loads(get_arguments("HEALTHCHECK").partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    assert f":{get_arguments('EXPOSE')}/" in command[2]
    code = command[2].replace(f":{get_arguments('EXPOSE')}/", f":{port}/")
    environment = {**os.environ, "CRM_MOCK_CONTROL_TOKEN": token}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False).returncode
