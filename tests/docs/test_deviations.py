"""The table in `docs/reference/deviations.md` is what the code declares."""

from __future__ import annotations

import json
import re

from mockserver.registry import CRMS
from tests.snapshots import DEVIATIONS, HOW, read_table, render_deviations


def test_the_table_is_what_the_code_declares():
    assert read_table(DEVIATIONS, "deviations") == render_deviations(), HOW


def test_every_switch_that_the_page_shows_exists():
    text = DEVIATIONS.read_text(encoding="utf-8")
    shown = re.findall(r"--deviation ([a-z0-9-]+)", text)
    for example in re.findall(r'\{"deviations": (\{[^}]*\})', text):
        shown += json.loads(example)
    assert shown
    assert set(shown) <= {deviation.name for entry in CRMS for deviation in entry.deviations}
