"""The clients that properties use: over a socket, and with the fake in this process.

A file uses one of these fixtures: while a fake is mounted, no client reaches a socket.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mockserver.respx_mount import mounted_fake
from tests.properties.clients import Clients

if TYPE_CHECKING:
    from mockserver.pytest_plugin import CrmFakeServers


@contextmanager
def over_a_socket(servers: CrmFakeServers) -> Generator[Clients]:
    """Open clients of a workspace behind a socket, which nobody else uses: no other test's faults strike here."""
    with servers.get_server().new_workspace(seed="empty", name="properties") as fake, Clients(fake) as opened:
        yield opened


@contextmanager
def in_this_process() -> Generator[Clients]:
    """Open clients of a fake in this process, which httpx reaches without a socket."""
    with mounted_fake(seed="empty") as fake, Clients(fake) as opened:
        yield opened


@pytest.fixture(scope="module")
def socket_clients(crm_fake_servers: CrmFakeServers) -> Iterator[Clients]:
    """Clients over a socket."""
    with over_a_socket(crm_fake_servers) as opened:
        yield opened


@pytest.fixture(scope="module")
def mounted_clients() -> Iterator[Clients]:
    """Clients in process, where a property needs many requests and no socket."""
    with in_this_process() as opened:
        yield opened


@pytest.fixture(scope="module", params=["socket", "mounted"])
def clients(request: pytest.FixtureRequest, crm_fake_servers: CrmFakeServers) -> Iterator[Clients]:
    """Clients over a socket, then in process: what holds must hold both ways."""
    with over_a_socket(crm_fake_servers) if request.param == "socket" else in_this_process() as opened:
        yield opened


@pytest.fixture(scope="module")
def connected(socket_clients: Clients, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Clients of a fake that this process's environment names, so that a server connects to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        for name, value in socket_clients.fake.env.items():
            patch.setenv(name, value)
        yield socket_clients
