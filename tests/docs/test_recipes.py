"""Each recipe works as it stands: its files are taken out of the page, and its commands are run beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
# A block is a file where its name, as code and with a colon, ends the line before it; a shell block without is run.
BLOCK = re.compile(
    r"(?:`(?P<name>[\w.]+)`[^\n`]*:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
# This one needs an engine, a network and minutes; it says itself what is checked instead.
NOT_RUN = {"docker.md"}


@dataclass(frozen=True)
class Recipe:
    files: dict[str, str]
    commands: list[str]


def read_recipe(name: str) -> Recipe:
    recipe = Recipe({}, [])
    for block in BLOCK.finditer((RECIPES / name).read_text(encoding="utf-8")):
        if block["name"]:
            recipe.files[block["name"]] = block["text"]
        elif block["language"] == "sh":
            recipe.commands.append(block["text"])
    return recipe


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a recipe's command where its files are, with this environment's programs first."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CRM_MOCK_"))}
    # Plugins that are slow to load and that no recipe uses.
    environment["PYTEST_ADDOPTS"] = "-p no:schemathesis -p no:hypothesispytest -p no:faker"
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return subprocess.run(
        ["/bin/sh", "-e", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "program", "said"),
    [
        ("pytest.md", "", "4 passed"),
        ("respx.md", "", "4 passed"),
        ("python.md", "", "OK"),
        ("node.md", "node", "pass 3"),
        ("curl.md", "curl", '"status":"ok"'),
    ],
)
def test_a_recipe_works_as_it_stands(name: str, program: str, said: str, tmp_path: Path):
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not on this machine")
    recipe = read_recipe(name)
    for file, text in recipe.files.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert recipe.commands
    for command in recipe.commands:
        result = run(command, tmp_path)
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        assert said in result.stdout + result.stderr


def test_every_recipe_is_listed_and_run():
    listed = set(re.findall(r"\]\((\w+\.md)\)", (RECIPES / "README.md").read_text(encoding="utf-8")))
    assert listed == {file.name for file in RECIPES.glob("*.md")} - {"README.md"}
    run_here = {arguments[0] for arguments in test_a_recipe_works_as_it_stands.pytestmark[0].args[1]}  # pyright: ignore[reportFunctionMemberAccess] - set by parametrize
    assert listed == run_here | NOT_RUN


def test_every_link_between_recipes_leads_somewhere():
    for page in RECIPES.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert "://" in link or (RECIPES / link).exists(), f"{page.name} links {link}"
