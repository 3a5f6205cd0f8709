"""`crm-mcp doctor`: what `crm_mcp.doctor` finds, a line a finding."""

from __future__ import annotations

import asyncio
import sys

import click

from crm_mcp.commands.ending import EXIT_PROBLEM
from crm_mcp.languages import Texts

_texts = Texts(__file__)


@click.command(epilog="Example: crm-mcp --env-file work.env doctor")
def doctor() -> None:
    """Check settings and logins; exit 1 on a problem."""
    from crm_mcp.doctor import examine

    healthy = True
    ok, problem = _texts.text("ok"), _texts.text("PROBLEM")
    width = max(map(len, (ok, problem)))
    ok, problem = ok.ljust(width), problem.ljust(width)
    for finding in asyncio.run(examine()):
        healthy = healthy and finding.ok
        click.echo(f"{click.style(ok, fg='green') if finding.ok else click.style(problem, fg='red')} {finding}")
    sys.exit(0 if healthy else EXIT_PROBLEM)
