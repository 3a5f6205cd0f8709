"""`python -m mockserver` is the command `crm-mock`."""

from __future__ import annotations

from mockserver.cli import main

main(prog_name="crm-mock")
