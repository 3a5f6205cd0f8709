"""`crm-mock contract`: the contract suite on whatever answers at an address, with nothing to install beside this."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

_SHIPPED = Path(__file__).parent / "contract_suite"
"""Where a wheel holds the suite; a clone has it beside this package."""


def find_suite() -> Path:
    """Return the folder in which `tests/contract` is."""
    return _SHIPPED if (_SHIPPED / "tests").is_dir() else Path(__file__).parents[1]


@click.command()
@click.option("--target", metavar="URL", help="Hold what answers here to the documents; without it the bundled fake.")
@click.option("--rule", multiple=True, metavar="ID", help="Only this rule, or those whose ids begin so; repeatable.")
@click.option(
    "--provenance",
    multiple=True,
    type=click.Choice(["documented", "observed", "assumed"]),
    help="Only rules that rest on this; repeatable.",
)
@click.option("--baseline", metavar="FILE", help="Known deviations, JSON or YAML; `live` is what live servers do.")
@click.option("--contract-report", metavar="DIR", help="Write the report here as text, HTML, JSON and JUnit.")
@click.option(
    "--sandbox",
    multiple=True,
    metavar="PLACE=ID",
    help="Where writing is allowed, as CRM.module or CRM.contact and an id; without it a run only reads.",
)
@click.option("--name-prefix", default="contract-", show_default=True, help="How names begin that a run makes.")
@click.option("--write-budget", type=int, default=40, show_default=True, help="How many writes, clean-up aside.")
@click.option("--accept-leftovers", is_flag=True, help="Let things be made that nobody can delete.")
@click.option(
    "--requests-per-minute",
    type=int,
    help="How fast to ask; an account that takes 60 is asked 55 times by default.",
)
def contract(**options: object) -> None:
    """Hold an implementation of the two APIs to their documents; exit 1 where it breaks a rule.

    Logins are read from IVINEX_USERNAME, IVINEX_PASSWORD, MINICRM_SYSTEM_ID and MINICRM_API_KEY.

    \b
    crm-mock contract --contract-report report
    crm-mock contract --target http://127.0.0.1:8080 --rule minicrm
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    # By hand, since any folder on the path, the user's own first of all, may have a `tests` too.
    package = ModuleType("tests")
    package.__path__ = [str(find_suite() / "tests")]
    sys.modules.setdefault("tests", package)
    sys.exit(import_module("tests.contract.harness.whole_run").run(options, click.echo))
