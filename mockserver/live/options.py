"""The options that commands on a live account share."""

from __future__ import annotations

import click

upstream_option = click.option(
    "--upstream", default="", metavar="URL", help="The account's address, in place of the variables'."
)
requests_per_minute_option = click.option(
    "--requests-per-minute",
    default=60,
    show_default=True,
    type=click.IntRange(0),
    envvar="MINICRM_REQUESTS_PER_MINUTE",
    help="Most requests to an account in a minute; more wait, 0 is no limit (also MINICRM_REQUESTS_PER_MINUTE).",
)
