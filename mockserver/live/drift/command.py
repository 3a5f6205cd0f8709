"""The command `crm-mock drift`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mockserver.ending import fail
from mockserver.live.options import crm_option, notify, requests_per_minute_option, upstream_option
from mockserver.texts import person_texts

if TYPE_CHECKING:
    from mockserver.crm.profiles import ProfileName
    from mockserver.live.drift.run import Comparison

EXIT_DRIFT = 1


@click.command()
@crm_option("Which account to look at; {}: each that is set up.")
@upstream_option
@click.option(
    "--recorded",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Compare what crm-mock record wrote, in place of a live account.",
)
@click.option(
    "--profile",
    type=click.Choice(["documented", "observed"]),
    default="documented",
    show_default=True,
    help="Which of the fake's profiles to compare with.",
)
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Leave out what this file knows.",
)
@click.option("--accept", is_flag=True, help="Write what differs now into the baseline, and exit with 0.")
@requests_per_minute_option
def drift(
    *,
    crm: str,
    upstream: str,
    recorded: Path | None,
    profile: ProfileName,
    kind: Literal["text", "json"],
    baseline: Path | None,
    accept: bool,
    requests_per_minute: int,
) -> None:
    """Tell where a live account answers in another shape than the fake.

    Asks the account documented questions that only read (about 40 requests to MiniCRM, five for each module of
    IVINEX_MODULES), asks the fake the same, and compares keys, types, order and status. Values are neither
    compared nor shown.
    The account is that of IVINEX_URL, IVINEX_USERNAME, IVINEX_PASSWORD, IVINEX_MODULES or MINICRM_SYSTEM_ID,
    MINICRM_API_KEY. Fields that an account has made for itself are compared by their type.

    Exit code 0: no drift. 1: drift. 2: nothing could be compared.

    \b
    crm-mock drift --crm minicrm --format json
    crm-mock drift --baseline known.json --accept
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    from mockserver.live.drift.baseline import (  # late, so that --help is quick
        BaselineError,
        read_baseline,
        write_baseline,
    )
    from mockserver.live.drift.diff import Difference
    from mockserver.live.drift.report import format_json, format_text

    if accept and baseline is None:
        raise click.UsageError(person_texts().text("--accept needs --baseline FILE to write to."))
    try:
        known = frozenset(read_baseline(baseline)) if baseline and not accept else frozenset[Difference]()
        comparisons = _compare(crm, upstream, recorded, profile, requests_per_minute)
        if accept and baseline:
            write_baseline(baseline, {difference for one in comparisons for difference in one.differences})
            known = frozenset(read_baseline(baseline))
    except BaselineError as error:
        fail(str(error))
    click.echo((format_json if kind == "json" else format_text)(comparisons, known))
    if any(difference not in known for one in comparisons for difference in one.differences):
        sys.exit(EXIT_DRIFT)


def _compare(
    crm: str,
    upstream: str,
    recorded: Path | None,
    profile: ProfileName,
    per_minute: int,
) -> list[Comparison]:
    from mockserver.live.accounts import AccountError, read_accounts
    from mockserver.live.drift.run import compare_accounts, compare_recordings
    from mockserver.live.drift.sources import NotComparableError
    from mockserver.live.http import UnreachableError
    from mockserver.registry import ALL_CRMS, CRMS

    try:
        if recorded is not None:
            return compare_recordings(recorded, [entry for entry in CRMS if crm in {entry.name, ALL_CRMS}], profile)
        accounts = read_accounts(crm, upstream, needs_login=True)
        return compare_accounts(accounts, profile, per_minute, notify)
    except (AccountError, NotComparableError, UnreachableError) as error:
        fail(str(error))
