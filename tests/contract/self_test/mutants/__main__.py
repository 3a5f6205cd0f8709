"""Which rules kill which mutant, and a mutant over a socket to try by hand.

python -m tests.contract.self_test.mutants [NAME ...] [--format text|json|markdown] [--first]
python -m tests.contract.self_test.mutants serve NAME [--port 0]
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from tests.contract.harness.rules import all_rules
from tests.contract.self_test.mutants.broken_app import BrokenApp
from tests.contract.self_test.mutants.kill_matrix import Verdict, find_failures, judge
from tests.contract.self_test.mutants.mutant import Mutant, all_mutants, find_mutant


class _MatrixByDefault(click.Group):
    """Takes what is no command for the arguments of `matrix`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in where it is left out."""
        is_named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if is_named else ["matrix", *args])


@click.group(cls=_MatrixByDefault)
def main() -> None:
    """Judge the contract by mutants: deliberately broken fakes."""


@main.command()
@click.argument("names", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--first", is_flag=True, help="Try the rule that each mutant names, and no other.")
def matrix(names: tuple[str, ...], form: str, *, first: bool) -> None:
    """Print which rules kill each mutant; exit 1 where one survives, or the fake without a fault fails a rule."""
    verdicts: list[Verdict] = []
    for mutant in _choose(names):
        verdicts.append(judge(mutant, by_all=not first))
        if form == "text":
            click.echo(_describe(verdicts[-1]))
    if form == "json":
        click.echo(json.dumps([_as_json(verdict) for verdict in verdicts], indent=2))
    elif form == "markdown":
        click.echo(_as_markdown(verdicts))
    killers = {outcome.rule for verdict in verdicts for outcome in verdict.kills}
    unjust = [outcome.rule for outcome in find_failures(rule for rule in all_rules() if rule.id in killers)]
    survivors = [verdict.mutant.id for verdict in verdicts if verdict.survives]
    if unjust:
        click.echo(f"the fake without a fault fails {', '.join(unjust)} as well, so that they prove nothing", err=True)
    click.echo(
        f"{len(verdicts)} mutants, {len(survivors)} survive{': ' * bool(survivors)}{', '.join(survivors)}", err=True
    )
    raise SystemExit(1 if survivors or unjust else 0)


@main.command()
@click.argument("name")
@click.option("--port", default=0, show_default="a free one")
@click.option("--seed", "seed_name", default="demo", show_default=True)
def serve(name: str, port: int, seed_name: str) -> None:
    """Serve one mutant, to hold the contract to: pytest tests/contract --target URL."""
    from contextlib import closing

    from mockserver.seeds.load import read_seed
    from mockserver.server.serving import bind_socket, exit_on_signals, format_url
    from mockserver.server.serving import serve as run

    mutant = _choose((name,))[0]
    exit_on_signals()
    with closing(BrokenApp(read_seed(seed_name), mutant, seed_name=seed_name)) as app:
        listener = bind_socket("127.0.0.1", port)
        url = format_url("127.0.0.1", listener)
        click.echo(f"{mutant.id}: {mutant.title}", err=True)
        run(app, listener, log_level="warning", announce=lambda: click.echo(f"listening on {url}"))


def _choose(names: tuple[str, ...]) -> Sequence[Mutant]:
    try:
        return [find_mutant(name) for name in names] or all_mutants()
    except LookupError as error:
        raise click.ClickException(str(error)) from error


def _describe(verdict: Verdict) -> str:
    killers = [outcome.rule for outcome in verdict.kills]
    told = f"killed by {', '.join(killers)}" if killers else f"SURVIVES {verdict.asked} rules"
    return f"{verdict.mutant.id}: {verdict.mutant.title}\n    {told}"


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "id": verdict.mutant.id,
        "crm": verdict.mutant.crm,
        "title": verdict.mutant.title,
        "asked": verdict.asked,
        "killed_by": [{"rule": outcome.rule, "message": outcome.message} for outcome in verdict.kills],
    }


def _as_markdown(verdicts: list[Verdict]) -> str:
    lines = ["| mutant | what is wrong | killed by |", "|---|---|---|"]
    for verdict in verdicts:
        killers = ", ".join(f"`{outcome.rule}`" for outcome in verdict.kills) or "**survives**"
        lines.append(f"| `{verdict.mutant.id}` | {verdict.mutant.title.replace('|', '&#124;')} | {killers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
