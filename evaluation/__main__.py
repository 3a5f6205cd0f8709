"""`python -m evaluation`: runs the tasks with an agent, or with the scripted solver."""

from __future__ import annotations

from evaluation.cli import main

main()
