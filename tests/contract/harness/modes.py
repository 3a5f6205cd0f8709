"""The ways to reach a target: over a socket, in the same process (any ASGI app), or mounted by respx."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Literal, get_args

import httpx

from tests.contract.harness.rules import CRMS
from tests.contract.harness.sandbox import Sandbox
from tests.contract.harness.target import DOCUMENTED_MODULES, Target, TargetSettings, make_target
from tests.support.asgi_transport import AsgiApp, AsgiTransport

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tests.contract.harness.accounts.account import Login

Mode = Literal["socket", "in_process", "respx"]
MODES: tuple[Mode, ...] = get_args(Mode)
_IN_PROCESS_URL = "http://127.0.0.1"


@contextmanager
def open_url_target(settings: TargetSettings) -> Generator[Target]:
    """Open the target at the addresses of `settings`, over sockets."""
    with closing(make_target(settings, lambda: httpx.HTTPTransport(retries=1), "socket")) as target:
        yield target


@contextmanager
def open_app_target(
    app: AsgiApp,
    *,
    logins: Mapping[str, Login] | None = None,
    ivinex_modules: Mapping[str, str] | None = None,
    sandbox: Sandbox | None = None,
) -> Generator[Target]:
    """Open the target that an ASGI application is, in this process.

    Args:
        app: The application, with each API at its real path.
        logins: The CRMs' logins, where it has no `/_control/`; without any, those of this project's seeds.
        ivinex_modules: Its Ivinex modules, name to id.
        sandbox: What may be written, where it has no `/_control/`; without one nothing.
    """
    urls: dict[str, str] = dict.fromkeys(CRMS, _IN_PROCESS_URL)
    modules = ivinex_modules or dict(DOCUMENTED_MODULES)
    settings = TargetSettings(urls, logins or {}, modules, sandbox or Sandbox())
    with closing(make_target(settings, lambda: AsgiTransport(app), "in_process")) as target:
        yield target


@contextmanager
def open_bundled_target(mode: Mode) -> Generator[Target]:
    """Open the bundled fake, in the mode `socket` as a process of its own."""
    # The rules know no fake; only this room does.
    with ExitStack() as stack:
        if mode == "in_process":
            from mockserver.server.app import create_app

            app = stack.enter_context(closing(create_app({})))
            yield stack.enter_context(open_app_target(app))
        elif mode == "respx":
            from mockserver.respx_mount import mounted_fake

            stack.enter_context(mounted_fake(_IN_PROCESS_URL, seed="empty"))
            settings = TargetSettings(dict.fromkeys(CRMS, _IN_PROCESS_URL))
            yield stack.enter_context(closing(make_target(settings, httpx.HTTPTransport, mode)))
        else:
            from mockserver.fake_process import running_fake

            server = stack.enter_context(running_fake("--seed", "empty"))
            yield stack.enter_context(open_url_target(TargetSettings(dict.fromkeys(CRMS, server.url))))
