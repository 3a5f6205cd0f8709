"""TLS on a connection of which the first bytes were read already: whether a caller speaks it shows in these."""

from __future__ import annotations

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol

_HANDSHAKE_RECORD = 0x16
_HANDSHAKE_TIMEOUT_S = 10
_SHUTDOWN_TIMEOUT_S = 1  # a caller who does not say goodbye must not hold up the server's end
_UNTRUSTED = ("UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "BAD_CERTIFICATE", "ALERT_CERTIFICATE", "UNKNOWN_ISSUER")


def begins_tls(data: bytes) -> bool:
    """Tell whether the first bytes of a connection are TLS rather than HTTP, whose methods begin with a letter."""
    return data[:1] == bytes([_HANDSHAKE_RECORD])


def start_tls(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    first: bytes,
    loop: asyncio.AbstractEventLoop,
) -> asyncio.Future[None]:
    """Let TLS take a connection over, as the server, and `protocol` what is in it.

    `loop.start_tls` does the same for connections of which nothing was read.

    Args:
        transport: The connection.
        protocol: Is told of the connection when the handshake is done.
        context: Holds the certificates.
        first: What was read already.
        loop: The loop of the connection.

    Returns:
        Done with the handshake; its exception is what failed: an `OSError`, or a time-out.
    """
    done: asyncio.Future[None] = loop.create_future()
    stream = SSLProtocol(
        loop,
        protocol,
        context,
        done,
        server_side=True,
        ssl_handshake_timeout=_HANDSHAKE_TIMEOUT_S,
        ssl_shutdown_timeout=_SHUTDOWN_TIMEOUT_S,
    )
    transport.set_protocol(stream)
    stream.connection_made(transport)
    while first:
        buffer = stream.get_buffer(len(first))
        size = min(len(buffer), len(first))
        buffer[:size] = first[:size]
        stream.buffer_updated(size)
        first = first[size:]
    return done


def explain_failure(error: BaseException) -> str:
    """Say why a handshake failed, and what to do about it."""
    text = str(error) or type(error).__name__
    if any(word in text.upper().replace(" ", "_") for word in _UNTRUSTED):
        return (
            f"The caller does not trust the fake's CA ({text}): give the program that of GET /_control/ca.pem,"
            " by NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or the like."
        )
    return f"The TLS handshake failed, perhaps since the caller does not trust the CA of GET /_control/ca.pem: {text}."
