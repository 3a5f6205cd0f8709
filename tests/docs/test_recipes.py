"""Each recipe works as it stands: its files are taken out of the page, and its commands are run beside them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, read_blocks, run

RECIPES = DOCS / "how-to" / "recipes"
# This one needs an engine, a network and minutes; it says itself what is checked instead.
NOT_RUN = {"docker.md"}


@dataclass(frozen=True)
class Recipe:
    files: dict[str, str]
    commands: list[str]


def read_recipe(name: str) -> Recipe:
    """Return the files of a recipe, and the shell blocks that are none, which are run."""
    recipe = Recipe({}, [])
    for block in read_blocks(RECIPES / name):
        if block.file:
            recipe.files[block.file] = block.text
        elif block.language == "sh":
            recipe.commands.append(block.text)
    return recipe


@pytest.mark.parametrize(
    ("name", "program", "said"),
    [
        ("pytest.md", "", "4 passed"),
        ("respx.md", "", "4 passed"),
        ("python.md", "", "OK"),
        ("node.md", "node", "pass 3"),
        ("curl.md", "curl", '"status":"ok"'),
        ("proxy.md", "curl", "python: Reception desk Call back"),
        ("proxy_node.md", "node", "fetch: Reception desk Call back\nnode:https: Sales"),
        ("proxy_php.md", "php", "php: Reception desk Call back\nstreams: Sales"),
        ("proxy_java.md", "keytool", "java: Reception desk Call back"),
        ("proxy_dotnet.md", "dotnet", "dotnet: Reception desk Call back"),
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
