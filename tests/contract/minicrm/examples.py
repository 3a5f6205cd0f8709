"""The document's own examples."""

from __future__ import annotations

from tests.contract.harness.documented.examples import add_example_rules

add_example_rules("minicrm")
