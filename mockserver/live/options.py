"""The options that commands on a live account share, and how such a command ends."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import click

from mockserver.registry import ALL_CRMS, CRMS
from mockserver.texts import person_texts

_Function = TypeVar("_Function", bound=Callable[..., Any])

upstream_option = click.option(
    "--upstream", default="", metavar="URL", help="The account's address, in place of the variables'."
)
_PACE_VARIABLES = [name for entry in CRMS if (name := entry.variables.requests_per_minute)]
requests_per_minute_option = click.option(
    "--requests-per-minute",
    default=60,
    show_default=True,
    type=click.IntRange(0),
    envvar=_PACE_VARIABLES,
    help=f"Most requests to an account in a minute; more wait, 0 is no limit (also {', '.join(_PACE_VARIABLES)}).",
)


def crm_option(purpose: str) -> Callable[[_Function], _Function]:
    """Return the option `--crm`; `purpose` is its help, with `{}` where the word for all CRMs goes."""
    return click.option(
        "--crm",
        type=click.Choice([*(entry.name for entry in CRMS), ALL_CRMS]),
        default=ALL_CRMS,
        show_default=True,
        help=purpose.format(ALL_CRMS),
    )


def tell_busy(address: str, error: OSError) -> str:
    """Return why an address cannot be listened at."""
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return person_texts().text(
            "cannot listen on {address}: {why}; choose another --host, one of this machine",
            address=address,
            why=error.strerror,
        )
    return person_texts().text(
        "cannot listen on {address}: {why}; choose another --port, or 0 for a free one",
        address=address,
        why=error.strerror,
    )


def notify(message: str) -> None:
    """Say one thing on standard error."""
    click.echo(f"crm-mock: {message}", err=True)
