"""A scripted player for every task: it proves that the task can be solved, and counts the fewest calls and bytes.

Each script works out its answer from what the tools tell, never from the seed.
"""

from __future__ import annotations

from evaluation.solver.play import Play, Script, scripts, solve, solves

__all__ = ["Play", "Script", "scripts", "solve", "solves"]
