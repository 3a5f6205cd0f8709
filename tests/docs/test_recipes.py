"""Every recipe is listed; that each works as it stands is checked with all code blocks."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS

RECIPES = DOCS / "how-to" / "recipes"


def test_every_recipe_is_listed() -> None:
    listed = set(re.findall(r"\]\((\w+\.md)\)", (RECIPES / "README.md").read_text(encoding="utf-8")))
    assert listed == {file.name for file in RECIPES.glob("*.md")} - {"README.md"}
