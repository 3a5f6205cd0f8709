"""The commands of `python -m evaluation`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from evaluation.agents import run_agent
from evaluation.outcome import Outcome, table_of
from evaluation.solver import solve
from evaluation.task import Task, TaskFileError, load_tasks
from evaluation.world import World, new_world
from mockserver.fake_process import running_fake

_TASKS = click.option("--task", "ids", multiple=True, metavar="ID", help="Only this task; may be given several times.")
_JSON = click.option("--json", "file", type=click.Path(path_type=Path), help="Write all outcomes to this file too.")


@click.group()
def main() -> None:
    """Measure how well an agent works with the CRM tools, on the demo data."""


@main.command("list")
def list_tasks() -> None:
    """List the tasks."""
    for task in load_tasks():
        click.echo(f"{task.id}  [{task.kind}, {'+'.join(task.crms)}]  {' '.join(task.prompt.split())}")


@main.command("solve")
@_TASKS
@_JSON
def solve_tasks(ids: Sequence[str], file: Path | None) -> None:
    """Play every task by its script: proves that each is solvable, and counts the fewest calls and bytes."""
    _report(_played(ids, solve), file)


@main.command("run")
@click.option("--agent", required=True, help="The agent's command; may hold {mcp_config} and {prompt}.")
@_TASKS
@_JSON
def run_tasks(agent: str, ids: Sequence[str], file: Path | None) -> None:
    """Play every task with an agent."""
    _report(_played(ids, lambda world: run_agent(world, agent)), file)


def _played(ids: Sequence[str], play: Callable[[World], Outcome]) -> list[Outcome]:
    try:
        tasks = load_tasks(ids)
    except TaskFileError as error:
        raise click.ClickException(str(error)) from error
    outcomes: list[Outcome] = []
    with running_fake() as server, click.progressbar(tasks, item_show_func=_id_of, file=sys.stderr) as shown:
        for task in shown:
            with new_world(server, task) as world:
                outcomes.append(play(world))
    return outcomes


def _id_of(task: Task | None) -> str:
    return task.id if task else ""


def _report(outcomes: Sequence[Outcome], file: Path | None) -> None:
    """Print the table; exit 1 where a task was not solved."""
    click.echo(table_of(outcomes))
    if file:
        file.write_text(json.dumps([one.as_json() for one in outcomes], ensure_ascii=False, indent=1), encoding="utf-8")
    if not all(one.is_solved for one in outcomes):
        raise SystemExit(1)
