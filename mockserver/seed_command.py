"""The command `crm-mock seed`: prints, generates and checks seed documents."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.ending import fail
from mockserver.texts import person_texts

if TYPE_CHECKING:
    from mockserver.seeds.generate.writing import Format


@click.command()
@click.argument("name", default="", metavar="[demo|documented|empty|FILE]")
@click.option("--check", default="", metavar="FILE", help="Say whether this seed can be loaded, and where it cannot.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a seed, for editors.")
@click.option(
    "--generate", "count", type=click.IntRange(0, 5_000_000), metavar="N", help="Make N records, half for each CRM."
)
@click.option("--random-seed", default=1, show_default=True, help="Another number makes other records.")
@click.option(
    "--base",
    default="demo",
    show_default=True,
    metavar="demo|documented|empty|FILE",
    help="Seed whose modules, fields, statuses and users the made records have; its own records stay.",
)
@click.option("--out", default="-", metavar="FILE", help="Where to write; - is standard output, and the default.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["json", "yaml"]),
    help="Default: YAML where --out ends in .yaml or .yml, else JSON.",
)
def seed(
    *,
    name: str,
    check: str,
    schema: bool,
    count: int | None,
    random_seed: int,
    base: str,
    out: str,
    kind: Format | None,
) -> None:
    """Print a seed document, make one, or check one.

    The same options make the same bytes on any machine that has the same version of Faker.

    \b
    crm-mock seed demo
    crm-mock seed --generate 100000 --out big.json
    crm-mock seed --check mine.yaml
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    chosen = [bool(name), bool(check), schema, count is not None]
    if sum(chosen) != 1:
        raise click.UsageError(
            person_texts().text("name one seed to print, or use one of --generate, --check and --schema.")
        )
    from mockserver.crm.api import SeedError  # imported late, as all here, so that --help does not wait

    source = check or name or base
    try:
        if check:
            click.echo(_check(check))
        elif schema:
            from mockserver.seeds.load import read_schema

            _write(out, read_schema())
        else:
            _write_seed(source, count, random_seed, out, kind)
    except SeedError as error:
        from mockserver.seeds.load import name_line_of_file

        fail(str(name_line_of_file(error, source)))


def _check(source: str) -> str:
    """Load a seed and say what it holds."""
    from mockserver.seeds.load import read_seed

    counts = _load(read_seed(source))
    held = "; ".join(
        f"{crm}: {', '.join(f'{n} {kind}' for kind, n in of.items() if n) or person_texts().text('nothing')}"
        for crm, of in counts.items()
    )
    return person_texts().text("{file} can be loaded: {held}", file=source, held=held)


def _write_seed(source: str, count: int | None, random_seed: int, out: str, kind: Format | None) -> None:
    from mockserver.seeds.generate.writing import format_seed
    from mockserver.seeds.load import read_seed

    document = read_seed(source)
    if count is not None:
        from mockserver.seeds.generate import generate_seed

        _load(document)  # what is made may rest on all of it
        document = generate_seed(document, count, random_seed)
    kind = kind or ("yaml" if Path(out).suffix.lower() in {".yaml", ".yml"} else "json")
    _write(out, "".join(format_seed(document, kind)).encode())


def _load(document: Mapping[str, object]) -> dict[str, dict[str, int]]:
    from mockserver.workspaces.workspace import Workspace

    workspace = Workspace(document)
    try:
        return workspace.count_rows()
    finally:
        workspace.close()


def _write(out: str, content: bytes) -> None:
    if out == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        why = error.strerror or error
        fail(person_texts().text("cannot write {file}: {why}; name another --out", file=repr(out), why=why))
