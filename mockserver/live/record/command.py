"""The command `crm-mock record`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.ending import fail
from mockserver.live.options import crm_option, notify, requests_per_minute_option, tell_busy, upstream_option
from mockserver.registry import CRMS
from mockserver.texts import person_texts

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

    from mockserver.live.accounts import Account, Accounts
    from mockserver.scrubbing.pseudonyms import Pseudonyms

LISTENING_AT = "127.0.0.1"
_WITH_LABELS = " and ".join(entry.title for entry in CRMS if entry.recording.has_labels)


@click.command()
@crm_option("Which account to record; {}: each that has an address.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write the files.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@upstream_option
@click.option(
    "--allow-writes",
    is_flag=True,
    help="Pass POST and PUT on too: they change the account. Else only GET goes through.",
)
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Secret from which the stand-ins follow; made where it is missing. Default: DIR.key beside DIR.",
)
@click.option(
    "--keep-labels",
    is_flag=True,
    help=f"Keep {_WITH_LABELS}'s labels of modules, statuses and choices as they are.",
)
@requests_per_minute_option
def record(
    *,
    crm: str,
    out: Path,
    port: int,
    upstream: str,
    allow_writes: bool,
    key_file: Path | None,
    keep_labels: bool,
    requests_per_minute: int,
) -> None:
    """Record a live account as fixture files without personal data.

    A proxy on this machine passes your client's requests on to the account and writes each with its answer into DIR:
    names, texts, numbers, ids and dates get stand-ins. The account is that of IVINEX_URL or MINICRM_URL; the login is
    your client's; where it sends none, that of IVINEX_USERNAME, IVINEX_PASSWORD, MINICRM_SYSTEM_ID, MINICRM_API_KEY.

    \b
    crm-mock record --crm minicrm --out recordings
    curl http://127.0.0.1:8090/Api/R3/Category
    """  # noqa: D301 - \b is click's word for "leave the lines as they are"
    from mockserver.server import serving  # imported late, as all here, so that --help does not wait

    serving.exit_on_signals()
    key_path = key_file or out.resolve().with_name(f"{out.resolve().name}.key")
    accounts, pseudonyms, listener = _prepare(crm, upstream, out, key_path, port)
    with closing(listener):
        app = _build_app(
            accounts,
            pseudonyms,
            out,
            allow_writes=allow_writes,
            keep_labels=keep_labels,
            per_minute=requests_per_minute,
            started=lambda: click.echo(f"listening on {serving.format_url(LISTENING_AT, listener)}"),
        )
        _serve(app, listener)


def _prepare(
    crm: str, upstream: str, out: Path, key_path: Path, port: int
) -> tuple[Accounts, Pseudonyms, socket.socket]:
    """Find the accounts, the key, the folder and the port, or end with the one that is wrong."""
    from mockserver.live.accounts import AccountError, read_accounts
    from mockserver.live.record.key_file import KeyFileError, read_key
    from mockserver.scrubbing.pseudonyms import Pseudonyms
    from mockserver.server import serving

    try:
        accounts = read_accounts(crm, upstream)
        key, is_new = read_key(key_path)
        out.mkdir(parents=True, exist_ok=True)
        listener = serving.bind_socket(LISTENING_AT, port)
    except (AccountError, KeyFileError) as error:
        fail(str(error))
    except OSError as error:
        fail(_explain(error, out, port))
    if is_new:
        notify(
            person_texts().text(
                "made a new key, {path}: keep it for further recordings of this account, and to yourself", path=key_path
            )
        )
    return accounts, Pseudonyms(key), listener


def _build_app(
    accounts: Accounts,
    pseudonyms: Pseudonyms,
    out: Path,
    *,
    allow_writes: bool,
    keep_labels: bool,
    per_minute: int,
    started: Callable[[], None],
) -> Starlette:
    from mockserver.live.accounts import AccountError
    from mockserver.live.http import AccountClient, open_client
    from mockserver.live.pacing import Pace
    from mockserver.live.record.fixture_file import Recorder
    from mockserver.live.record.proxy import Recording, RecordingProxy, build_app

    try:
        connection = open_client(timeout_s=accounts.timeout_s, ca_file=accounts.ca_file, is_local=accounts.is_local)
    except AccountError as error:
        fail(str(error))
    recordings = {
        account.crm: Recording(
            AccountClient(account, connection, Pace(per_minute), notify),
            Recorder(account.crm, account.entry.recording.scrubber(pseudonyms, keep_labels), pseudonyms, out),
        )
        for account in accounts.accounts
    }
    for account in accounts.accounts:
        notify(_describe(account, allow_writes=allow_writes))
    return build_app(RecordingProxy(recordings, allows_writes=allow_writes, notify=notify), connection, started)


def _describe(account: Account, *, allow_writes: bool) -> str:
    texts = person_texts()
    return texts.text(
        "{crm} at {url}: {what}; login: {whose}",
        crm=account.title,
        url=account.url,
        what=texts.text("reads and writes") if allow_writes else texts.text("reads"),
        whose=texts.text("the client's, else that of the variables") if account.login else texts.text("the client's"),
    )


def _serve(app: Starlette, listener: socket.socket) -> None:
    import uvicorn

    from mockserver.server.serving import SHUTDOWN_TIMEOUT_S

    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _explain(error: OSError, out: Path, port: int) -> str:
    if error.filename is not None:
        return person_texts().text(
            "cannot write into {folder}: {why}; name another --out", folder=repr(str(out)), why=error.strerror
        )
    return tell_busy(f"{LISTENING_AT}:{port}", error)
