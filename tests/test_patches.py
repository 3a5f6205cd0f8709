"""The tests reach into the fake in few places, so that its inside may change."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
MOST = 20
_PATCH = re.compile(r"(?:patch|monkeypatch)\.(?:setattr|setitem|object)\(|mock\.patch\(|\breplaces\(")


def find_patches_of_the_fake() -> list[str]:
    """Return each line that patches something, of those test files that import the fake or name its modules."""
    found: list[str] = []
    for path in sorted(TESTS.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path != Path(__file__) and "mockserver" in text:
            lines = (line.strip() for line in text.splitlines() if _PATCH.search(line))
            found += [f"{path.relative_to(TESTS)}: {line}" for line in lines]
    return found


def test_few_tests_patch_the_inside_of_the_fake():
    found = find_patches_of_the_fake()
    assert len(found) <= MOST, "\n".join(found)


def test_no_mutant_patches_the_inside_of_the_fake():
    assert [line for line in find_patches_of_the_fake() if "self_test/mutants" in line] == []
