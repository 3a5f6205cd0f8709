"""The order of the tests keeps every worker busy until the end."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.order import spread

TESTS = Path(__file__).parent


def items_of(*files: str) -> list[Any]:
    return [SimpleNamespace(path=TESTS / file, number=number) for file in files for number in range(3)]


def files_in(items: list[Any]) -> list[str]:
    """Return each file, once for each run of its tests."""
    return [str(path.relative_to(TESTS)) for path, _ in groupby(items, key=lambda item: item.path)]


def test_what_waits_is_spread_over_what_computes_and_does_not_come_last():
    computing = [f"crm_mcp/test_{at:02}.py" for at in range(20)]
    ordered = files_in(spread(items_of("docs/test_a.py", *computing, "soak/test_b.py")))
    assert [file for file in ordered if file in computing] == computing
    assert 2 <= ordered.index("docs/test_a.py") <= 7
    assert 10 <= ordered.index("soak/test_b.py") <= 17


def test_no_file_is_torn_apart_and_what_shares_something_dear_stays_together():
    files = ["attacks/test_a.py", "attacks/test_b.py", "crm_mcp/test_c.py", "release/test_d.py", "release/test_e.py"]
    items = items_of(*files, "soak/test_f.py")
    ordered = spread(items)
    assert sorted(files_in(ordered)) == sorted(files_in(items))
    for folder in ("attacks", "release"):
        together = [index for index, file in enumerate(files_in(ordered)) if file.startswith(folder)]
        assert together[1] == together[0] + 1
