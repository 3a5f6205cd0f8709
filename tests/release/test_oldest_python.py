"""What the oldest Pythons that are promised do otherwise than the one that runs these tests; Debian 12 has 3.11.2."""

from __future__ import annotations

import re

from release.project import ROOT

_POSSESSIVE_GROUP = re.compile(r"\(\?[:P].*\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")
SHIPPED = ("crm_mcp", "mockserver", "tests/contract")


def test_no_pattern_has_a_possessive_group_which_python_before_3_11_5_matches_wrongly() -> None:
    paths = [path for folder in SHIPPED for path in sorted((ROOT / folder).rglob("*.py"))]
    assert paths
    assert not [str(path) for path in paths if _POSSESSIVE_GROUP.search(path.read_text(encoding="utf-8"))]
