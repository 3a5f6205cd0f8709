"""Responses of the fake go out at once: asyncio switches their delay off only where a socket names its protocol."""

from __future__ import annotations

import socket

import pytest

from mockserver.server.serving import bind_socket


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_socket_names_its_protocol(host: str) -> None:
    with bind_socket(host, 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
