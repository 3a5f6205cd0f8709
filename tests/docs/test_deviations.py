"""The table in `docs/deviations.md` is what the code declares; `make readme` writes it anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mockserver.crm.profiles import PROFILE_NAMES, Deviation
from mockserver.registry import CRMS, CrmEntry

PAGE = Path(__file__).parents[2] / "docs" / "deviations.md"
TABLE = re.compile(r"(<!-- deviations: [^\n]*-->\n)(.*?)(<!-- /deviations -->)", re.DOTALL)


def render_table() -> str:
    """Return a heading and a table for each CRM."""
    return "\n".join(_render_crm(entry) for entry in CRMS)


def _render_crm(entry: CrmEntry) -> str:
    head = f"## {entry.title}\n\n| switch | on in | off | on | known |\n|---|---|---|---|---|\n"
    return head + "".join(_render_row(deviation) for deviation in entry.deviations)


def _render_row(deviation: Deviation) -> str:
    profiles = [name for name in PROFILE_NAMES if name in deviation.profiles]
    on_in = "both" if len(profiles) == len(PROFILE_NAMES) else ", ".join(profiles) or "neither"
    known = deviation.provenance
    return f"| `{deviation.name}` | {on_in} | {deviation.documented} | {deviation.observed} | {known} |\n"


def test_the_table_is_what_the_code_declares():
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert found
    assert found[2] == render_table(), "run `make readme`"


def test_every_switch_that_the_page_shows_exists():
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"--deviation ([a-z0-9-]+)", text)
    for example in re.findall(r'\{"deviations": (\{[^}]*\})', text):
        shown += json.loads(example)
    assert shown
    assert set(shown) <= {deviation.name for entry in CRMS for deviation in entry.deviations}


def write_table() -> None:
    """Write the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda found: found[1] + render_table() + found[3], text), encoding="utf-8")


if __name__ == "__main__":
    write_table()
